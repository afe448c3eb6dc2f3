import type { JsonObject } from '@tutti/kernel';
import type { ModelDefinition, PolicyDefinition } from '../definition.js';
import { sorted } from './sorted-json.js';

const COUNT = { type: 'integer', minimum: 0 };
const PARTS_PER_MILLION = { type: 'integer', description: 'parts per million' };

/** The message of one policy's revisions; key `policy/NAME`. */
export function policyMessage(name: string, policy: PolicyDefinition): JsonObject {
  const parameters = parametersSchema(policy);
  const payload: JsonObject = {
    type: 'object',
    required: ['policy', 'revision', 'parameters', 'effectiveEpoch', 'status'],
    properties: {
      policy: { const: name },
      revision: { type: 'integer', minimum: 1 },
      parameters,
      previous: { type: 'object', required: ['revision', 'parameters'], properties: { revision: COUNT, parameters } },
      per: { type: 'string' },
      stage: { type: 'integer', minimum: 0, maximum: 10_000, description: 'share in basis points' },
      effectiveEpoch: COUNT,
      status: { enum: ['proposed', 'rolling', 'paused', 'complete', 'rolledBack'] },
      because: { type: 'object' },
    },
  };
  return message(`policy.${name}`, `Revision of the policy ${name}`, `policy/${name}`, 'tutti.policy.v1', payload);
}

/** The message of the regime in force; key `regime`. */
export function regimeMessage(model: ModelDefinition): JsonObject {
  const stages = { type: 'object', additionalProperties: COUNT, description: 'revision → stage in basis points' };
  return message('regime', 'What is in force from an epoch on', 'regime', 'tutti.regime.v1', {
    type: 'object',
    required: ['epoch', 'at', 'model', 'policies'],
    properties: {
      epoch: COUNT,
      at: { type: 'string', format: 'date-time' },
      model: { ...COUNT, description: 'model revision' },
      policies: {
        type: 'object',
        properties: Object.fromEntries(sorted(model.policies).map(([name]) => [name, stages])),
      },
      standings: { type: 'string' },
    },
  });
}

/** The message of a closed epoch; key = its number. */
export function stateMessage(model: ModelDefinition): JsonObject {
  const counts = ['decisions', 'accepted', 'rejected', 'irregular'];
  const components = ['value', 'conflict', 'edge', 'unpredictability', 'friction', 'rigidity'];
  const record = (names: readonly string[], schema: JsonObject) => ({
    type: 'object',
    properties: Object.fromEntries(names.map((name) => [name, schema])),
  });
  return message('state', 'A closed epoch', 'epoch', 'tutti.state.v1', {
    type: 'object',
    required: ['epoch', 'counts', 'measures', 'coherence', 'stateHash'],
    properties: {
      epoch: COUNT,
      counts: record(counts, COUNT),
      measures: record(
        sorted(model.measures).map(([name]) => name),
        COUNT,
      ),
      coherence: record(components, PARTS_PER_MILLION),
      contexts: { type: 'object', description: 'measures and components by context' },
      stateHash: { type: 'string' },
      ledgerHash: { type: 'string' },
      head: { type: 'string', description: 'signed tree head' },
    },
  });
}

/** The message of the model in force; key `model`. */
export function modelMessage(): JsonObject {
  const text = { type: 'string' };
  const numbers = { type: 'object', additionalProperties: COUNT };
  return message('model', 'The model in force', 'model', 'tutti.model.v1', {
    type: 'object',
    required: ['model', 'revision', 'hash', 'at', 'effectiveEpoch', 'contracts', 'policies', 'definition'],
    properties: {
      model: text,
      revision: COUNT,
      hash: { ...text, pattern: '^sha256:[0-9a-f]{64}$' },
      at: { ...text, format: 'date-time' },
      by: text,
      because: text,
      effectiveEpoch: COUNT,
      contracts: { ...numbers, description: 'full type → version' },
      policies: { ...numbers, description: 'policy → revision' },
      definition: { type: 'object' },
    },
  });
}

function parametersSchema({ parameters }: PolicyDefinition): JsonObject {
  return {
    type: 'object',
    required: sorted(parameters).map(([name]) => name),
    properties: Object.fromEntries(
      sorted(parameters).map(([name, { type, default: value, minimum, maximum }]) => [
        name,
        { type: 'integer', minimum, maximum, default: value, description: type === 'share' ? 'basis points' : type },
      ]),
    ),
  };
}

function message(name: string, title: string, key: string, type: string, payload: JsonObject): JsonObject {
  const text = { type: 'string' };
  return {
    name,
    title,
    contentType: 'application/json',
    headers: {
      type: 'object',
      required: ['content-type', 'ce_specversion', 'ce_id', 'ce_source', 'ce_type'],
      properties: {
        'content-type': { ...text, const: 'application/json' },
        ce_specversion: { ...text, const: '1.0' },
        ce_id: text,
        ce_source: text,
        ce_type: { ...text, const: type },
        ce_subject: text,
        ce_time: { ...text, format: 'date-time' },
        ce_revision: { ...text, pattern: '^[0-9]+$' },
        ce_epoch: { ...text, pattern: '^[0-9]+$' },
      },
    },
    payload,
    bindings: { kafka: { key: { ...text, description: key }, bindingVersion: '0.5.0' } },
  };
}
