import type { JsonObject } from '@tutti/kernel';
import type { ModelDefinition } from '../definition.js';
import { contractsOf } from '../versions/contract-content.js';
import { sortedJson } from './sorted-json.js';

/** The `dataschema` of a contract: `tutti:order.ship/3`. */
export function dataSchemaUri(type: string, version: number): string {
  return `tutti:${type}/${version}`;
}

/**
 * One JSON Schema 2020-12 document with the payload of every decision that participants send, under `$defs` by full
 * type; each has its contract's `dataschema` as `$id`, so that a validator finds it by that.
 *
 * @param contracts full type → version in force
 */
export function generateJsonSchema(model: ModelDefinition, contracts: Readonly<Record<string, number>>): JsonObject {
  const sent = contractsOf(model)
    .filter(({ subject, verb }) => !model.interaction[subject]!.decisions[verb]!.clock)
    .toSorted((left, right) => (left.type < right.type ? -1 : 1));
  const payloads = sent.map(({ type, subject, verb }): [string, JsonObject] => {
    const { $schema: _, ...schema } = model.interaction[subject]!.decisions[verb]!.schema;
    return [type, { $id: dataSchemaUri(type, contracts[type] ?? 1), title: type, ...sortedJson(schema) }];
  });
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `tutti:${model.model}`,
    title: `Payloads of the model ${model.model}`,
    $defs: Object.fromEntries(payloads),
  };
}
