import type { Json, JsonObject } from '@tutti/kernel';
import type { ModelDefinition } from '../definition.js';
import { showDuration } from '../versions/show-value.js';
import { dataSchemaUri } from './json-schema.js';
import { sortedJson } from './sorted-json.js';

/** The message of one decision type, as participants publish it. */
export function decisionMessage(
  model: ModelDefinition,
  subject: string,
  verb: string,
  type: string,
  version: number | undefined,
): JsonObject {
  const owner = model.interaction[subject]!;
  const decision = owner.decisions[verb]!;
  const who = decision.by.map(({ role, any }) => (any ? `any ${role}` : role)).join(' or ');
  const moves = decision.moves.map(({ from, to }) => `${from} -> ${to}`).join(', ');
  const { $schema: _, ...payload } = decision.schema;
  return {
    name: type,
    title: version === undefined ? type : `${type}@${version}`,
    summary: `By ${who}${moves === '' ? '' : `, moves ${moves}`}`,
    ...(decision.requires.length === 0
      ? {}
      : { description: decision.requires.map(({ name, cel }) => `Requires ${name}: \`${cel}\``).join('\n\n') }),
    contentType: 'application/json',
    headers: decisionHeaders(type, version, owner.ids),
    payload: sortedJson(payload),
    bindings: { kafka: { key: { type: 'string', description: 'the subject' }, bindingVersion: '0.5.0' } },
  };
}

/** CloudEvents attributes of a decision as Kafka headers: all values are text. */
function decisionHeaders(type: string, version: number | undefined, ids: number | 'forever'): JsonObject {
  const required: Json[] = ['content-type', 'ce_specversion', 'ce_id', 'ce_source', 'ce_type', 'ce_subject'];
  if (ids !== 'forever') required.push('ce_time');
  const window = ids === 'forever' ? 'may be absent' : `not older than ${showDuration(ids)}`;
  return {
    type: 'object',
    required,
    properties: {
      'content-type': { type: 'string', const: 'application/json' },
      ce_specversion: { type: 'string', const: '1.0' },
      ce_id: { type: 'string', minLength: 1, description: 'the same id and content gets the same verdict' },
      ce_source: { type: 'string', pattern: '^/participants/[^/\\s]{1,128}$' },
      ce_type: { type: 'string', const: type },
      ce_subject: { type: 'string', minLength: 1, maxLength: 256 },
      ce_time: { type: 'string', format: 'date-time', description: window },
      ce_dataschema: {
        type: 'string',
        description: 'pins the contract version',
        ...(version === undefined ? {} : { examples: [dataSchemaUri(type, version)] }),
      },
      ce_basedon: { type: 'string', pattern: '^[0-9]+$', description: 'sequence of the subject it was decided on' },
      ce_signature: { type: 'string', description: 'detached JWS, EdDSA' },
      ce_traceparent: { type: 'string' },
      ce_causationid: { type: 'string' },
    },
  };
}
