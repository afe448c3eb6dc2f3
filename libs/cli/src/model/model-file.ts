import { basename, dirname, join } from 'node:path';
import { type ModelDefinition, parseModel, type Problem } from '@tutti/model';
import { readText } from '../terminal/read-text.js';
import { onlyModel } from './only-model.js';

/** A model's file as read and checked. */
export interface ModelFile {
  path: string;
  text: string;
  /** Absent where it has errors. */
  definition: ModelDefinition | undefined;
  problems: Problem[];
}

/**
 * Reads and checks a model's file: the one named, else the only `*.tutti.yaml` of this folder.
 *
 * @throws TuttiError `model-file-missing`, `file-unreadable`
 */
export function readModelFile(named: string | undefined): ModelFile {
  const path = named ?? onlyModel('.');
  const text = readText(path);
  const { definition, problems } = parseModel(text, path);
  const isSound = problems.every(({ severity }) => severity !== 'error');
  return { path, text, definition: isSound ? definition : undefined, problems: [...problems] };
}

/** `marketplace.tests.yaml` beside `marketplace.tutti.yaml`. */
export function testsFileOf(model: string): string {
  return join(dirname(model), `${basename(model).replace(/\.tutti\.ya?ml$|\.ya?ml$/, '')}.tests.yaml`);
}
