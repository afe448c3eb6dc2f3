import { type Json, TuttiError } from '@tutti/kernel';
import { type ModelDefinition, parseModel } from '@tutti/model';

/** A model in a request: its text as people write it, or the intermediate form that classes compile to. */
export type SentModel = { yaml: string; file: string } | { definition: ModelDefinition };

/**
 * The definition in a request.
 *
 * @throws TuttiError `model-invalid` with every problem of the text: line, column, length, message, remedy
 */
export function readDefinition(sent: SentModel): ModelDefinition {
  if ('definition' in sent) return sent.definition;
  const { definition, problems } = parseModel(sent.yaml, sent.file);
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (definition !== undefined && errors.length === 0) return definition;
  const [first] = errors;
  throw new TuttiError(
    'model-invalid',
    first === undefined
      ? `${sent.file} is no model`
      : `${errors.length === 1 ? '1 error' : `${errors.length} errors`}, the first: ${first.file}:${first.line}:${first.column} ${first.message}`,
    { mend: 'check it with `tutti model check`', facts: { problems: problems as unknown as Json[] } },
  );
}
