import type { JsonObject } from '@tutti/kernel';
import type { ModelDefinition } from '../definition.js';
import { showDuration } from '../versions/show-value.js';
import type { AsyncApiRoad } from './async-api.js';
import { dataSchemaUri } from './json-schema.js';
import { sortedJson } from './sorted-json.js';

/** The message of one decision type, as participants publish it. */
export function decisionMessage(
  model: ModelDefinition,
  subject: string,
  verb: string,
  type: string,
  version: number | undefined,
  road: AsyncApiRoad,
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
    headers: decisionHeaders(type, version, owner.ids, road === 'topics' ? 'ce_' : 'ce-'),
    payload: sortedJson(payload),
    ...(road === 'topics' ? { bindings: KEY_IS_SUBJECT } : {}),
  };
}

/** Kafka binding of messages whose key is the subject. */
export const KEY_IS_SUBJECT: JsonObject = {
  kafka: { key: { type: 'string', description: 'the subject' }, bindingVersion: '0.5.0' },
};

/** CloudEvents attributes of a decision as headers of Kafka or HTTP: all values are text. */
function decisionHeaders(
  type: string,
  version: number | undefined,
  ids: number | 'forever',
  prefix: 'ce_' | 'ce-',
): JsonObject {
  const text = (length: number): JsonObject => ({ type: 'string', minLength: 1, maxLength: length });
  const attributes: Record<string, JsonObject> = {
    specversion: { type: 'string', const: '1.0' },
    id: { ...text(256), description: 'the same id and content gets the same verdict' },
    source: { type: 'string', pattern: '^/participants/[^/\\s]{1,128}$' },
    type: { type: 'string', const: type },
    subject: text(256),
    time: {
      type: 'string',
      format: 'date-time',
      description: ids === 'forever' ? 'may be absent' : `not older than ${showDuration(ids)}`,
    },
    dataschema: {
      type: 'string',
      description: 'pins the contract version',
      ...(version === undefined ? {} : { examples: [dataSchemaUri(type, version)] }),
    },
    basedon: { type: 'string', pattern: '^[0-9]+$', description: 'sequence of the subject it was decided on' },
    exact: { type: 'string', enum: ['true', 'false'], description: 'refuse unless the subject is still at basedon' },
    signature: {
      type: 'string',
      description: 'detached JWS, EdDSA, over RFC 8785 of the event in structured form; see docs/reference/wire.md',
    },
    traceparent: { type: 'string' },
    causationid: { type: 'string' },
  };
  const required = ['specversion', 'id', 'source', 'type', 'subject', ...(ids === 'forever' ? [] : ['time'])];
  return {
    type: 'object',
    required: ['content-type', ...required.map((name) => `${prefix}${name}`)],
    properties: {
      'content-type': { type: 'string', const: 'application/json' },
      ...Object.fromEntries(Object.entries(attributes).map(([name, schema]) => [`${prefix}${name}`, schema])),
    },
  };
}
