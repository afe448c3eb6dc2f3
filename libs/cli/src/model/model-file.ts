import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { TuttiError } from '@tutti/kernel';
import { type ModelDefinition, parseModel, type Problem } from '@tutti/model';

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

/** The only model of a folder. @throws TuttiError `model-file-missing` */
export function onlyModel(folder: string): string {
  const models = readdirSync(folder)
    .filter((name) => name.endsWith('.tutti.yaml'))
    .toSorted();
  if (models.length === 1) return folder === '.' ? models[0]! : join(folder, models[0]!);
  throw new TuttiError(
    'model-file-missing',
    models.length === 0
      ? 'this folder holds no *.tutti.yaml'
      : `this folder holds several models: ${models.join(', ')}`,
    { mend: 'name the file' },
  );
}

/** `marketplace.tests.yaml` beside `marketplace.tutti.yaml`. */
export function testsFileOf(model: string): string {
  return join(dirname(model), `${basename(model).replace(/\.tutti\.ya?ml$|\.ya?ml$/, '')}.tests.yaml`);
}

/** @throws TuttiError `file-unreadable` */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw new TuttiError('file-unreadable', `it cannot be read: ${reason}`, {
      where: path,
      mend: 'check its name, and who may read it',
      cause,
    });
  }
}
