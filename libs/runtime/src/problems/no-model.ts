import { TuttiError } from '@tutti/kernel';

/** Why nothing can be judged in a space without a model. */
export function noModel(): TuttiError {
  return new TuttiError('no-model', 'no model has been published yet', {
    retryable: true,
    mend: 'Publish one: `tutti model publish FILE`.',
  });
}
