import { TuttiError } from '@tutti/kernel';
import type { ModelDefinition } from '@tutti/model';
import type { Backbone } from '@tutti/runtime';

/** What became of a model file: published, as before, or refused while the one in force stays. */
export type ModelNews =
  | { what: 'published'; revision: number; epoch: number }
  | { what: 'unchanged'; revision: number }
  | { what: 'refused'; error: TuttiError };

/**
 * Publishes a model unless the latest has the same content; resolves when it is in force everywhere.
 *
 * @param breaking whether it may break those who keep to the model before
 * @throws TuttiError `incompatible`, `model-invalid`, `unavailable`
 */
export async function publishModel(
  backbone: Backbone,
  definition: ModelDefinition,
  because: string,
  breaking: boolean,
): Promise<ModelNews> {
  const before = backbone.control().model;
  const act = { act: 'publish-model', definition, breaking, by: 'operator', because } as const;
  const { effectiveEpoch } = await backbone.operate(act);
  const revision = backbone.control().model;
  if (revision === before) return { what: 'unchanged', revision };
  await backbone.inForce(effectiveEpoch);
  return { what: 'published', revision, epoch: effectiveEpoch };
}

/** A refusal as news; faults of ours stay exceptions. */
export function refusalOf(error: unknown): ModelNews {
  if (error instanceof TuttiError) return { what: 'refused', error };
  throw error;
}
