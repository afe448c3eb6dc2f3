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
  return message(`policy.${name}`, `Revision of the policy ${name}`, `policy/${name}`, payload);
}

/** The message of the regime in force; key `regime`. */
export function regimeMessage(model: ModelDefinition): JsonObject {
  const stages = { type: 'object', additionalProperties: COUNT, description: 'revision → stage in basis points' };
  return message('regime', 'What is in force from an epoch on', 'regime', {
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
  return message('state', 'A closed epoch', 'epoch', {
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

/** The message of a participant's standing; key = participant. */
export function standingMessage(model: ModelDefinition): JsonObject {
  const tiers = sorted(model.incentive?.standings ?? {}).flatMap(([, standing]) =>
    standing.tiers.map(({ name }) => name),
  );
  return message('standing', 'Standing of a participant', 'participant', {
    type: 'object',
    required: ['participant', 'score', 'tier', 'epoch'],
    properties: {
      participant: { type: 'string' },
      score: { type: 'integer' },
      tier: tiers.length === 0 ? { type: 'string' } : { type: 'string', examples: [...new Set(tiers)] },
      epoch: COUNT,
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

function message(name: string, title: string, key: string, payload: JsonObject): JsonObject {
  return {
    name,
    title,
    contentType: 'application/json',
    headers: {
      type: 'object',
      properties: {
        ce_specversion: { type: 'string', const: '1.0' },
        ce_id: { type: 'string' },
        ce_type: { type: 'string' },
      },
    },
    payload,
    bindings: { kafka: { key: { type: 'string', description: key }, bindingVersion: '0.5.0' } },
  };
}
