import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { TuttiError } from '@tutti/kernel';
import { type ModelDefinition, parseModel, type Problem } from '@tutti/model';

/** A model to run: a file, its text, or its intermediate form. */
export type ModelSource = string | { yaml: string; file?: string } | ModelDefinition;

/**
 * Reads and checks a model.
 *
 * @throws TuttiError `model-unreadable` (no such file), `model-invalid` with every problem among its facts
 */
export function readModel(source: ModelSource): ModelDefinition {
  if (typeof source === 'string') return parse(textOf(source), source);
  return 'yaml' in source ? parse(source.yaml, source.file ?? 'model.tutti.yaml') : source;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new TuttiError('model-unreadable', `the model cannot be read: ${(cause as Error).message}`, {
      where: path,
      mend: 'name a model file: tutti start MODEL',
      cause,
    });
  }
}

/** The text of a JSON Schema file named in a model, beside the model's own file. */
function schemaBeside(file: string, path: string): string | undefined {
  try {
    return readFileSync(join(dirname(file), path), 'utf8');
  } catch {
    return undefined;
  }
}

function parse(yaml: string, file: string): ModelDefinition {
  const { definition, problems } = parseModel(yaml, file, { readSchema: (path) => schemaBeside(file, path) });
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (definition !== undefined && errors.length === 0) return definition;
  throw new ModelInvalidError(file, yaml, problems);
}

/** A model's text has errors. Keeps the text, so that each can be shown where it stands. */
export class ModelInvalidError extends TuttiError {
  constructor(
    file: string,
    readonly yaml: string,
    readonly problems: readonly Problem[],
  ) {
    const errors = problems.filter(({ severity }) => severity === 'error').length;
    super('model-invalid', `${file} has ${errors === 1 ? '1 error' : `${errors} errors`}`, {
      where: file,
      mend: 'tutti model check shows each with its place',
      facts: { problems: problems as never },
    });
  }
}
