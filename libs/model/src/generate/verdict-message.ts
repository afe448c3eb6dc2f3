import type { Json, JsonObject } from '@tutti/kernel';
import type { ModelDefinition, Path, SubjectDefinition } from '../definition.js';
import { contractsOf } from '../versions/contract-content.js';
import { sorted, sortedJson } from './sorted-json.js';

const COUNT = { type: 'integer', minimum: 0 };

/** The message of a verdict: its value is the same for every type, apart from the subject in it. */
export function verdictMessage(model: ModelDefinition): JsonObject {
  return {
    name: 'verdict',
    title: 'Verdict on one decision',
    contentType: 'application/json',
    headers: verdictHeaders(model),
    payload: {
      type: 'object',
      required: ['accepted', 'decision', 'hash', 'model', 'epoch', 'at', 'policies', 'input', 'revision'],
      properties: {
        accepted: { type: 'boolean' },
        reasons: { type: 'array', items: REASON, description: 'why it was refused' },
        irregular: {
          type: 'array',
          items: REASON,
          description: 'why it would have been refused, had it not been let through',
        },
        decision: { description: 'the event in structured form as received; base64 where it is no JSON' },
        by: {
          type: 'object',
          required: ['id', 'role'],
          properties: { id: { type: 'string' }, role: { type: 'string' } },
        },
        hash: { type: 'string', pattern: '^sha256:[0-9a-f]{64}$' },
        contract: { type: 'string', pattern: '@[0-9]+$' },
        model: { ...COUNT, description: 'model revision' },
        epoch: COUNT,
        at: { type: 'string', format: 'date-time' },
        policies: { type: 'object', additionalProperties: COUNT, description: 'policy → revision' },
        subject: { anyOf: sorted(model.interaction).map(([name, subject]) => subjectSchema(name, subject)) },
        moved: {
          type: 'object',
          required: ['from', 'to'],
          properties: { from: { type: 'string' }, to: { type: 'string' } },
        },
        input: { type: 'object', description: 'the road it came by' },
        position: { type: 'string', pattern: '^[0-9]+-[0-9]+$' },
        partition: COUNT,
        revision: COUNT,
      },
    },
    bindings: { kafka: { key: { type: 'string', description: 'the subject' }, bindingVersion: '0.5.0' } },
  };
}

const REASON: JsonObject = {
  type: 'object',
  required: ['code', 'retryable', 'detail'],
  properties: {
    code: { type: 'string' },
    pointer: { type: 'string', description: 'JSON pointer into the data, or /ATTRIBUTE of the envelope' },
    rule: { type: 'string' },
    retryable: { type: 'boolean' },
    detail: { type: 'string' },
    values: { type: 'object' },
    actual: {},
  },
};

function verdictHeaders(model: ModelDefinition): JsonObject {
  const types = contractsOf(model).map(({ type }) => type);
  return {
    type: 'object',
    required: ['ce_specversion', 'ce_id', 'ce_source', 'ce_type', 'ce_accepted', 'ce_revision', 'ce_epoch'],
    properties: {
      ce_specversion: { type: 'string', const: '1.0' },
      ce_id: { type: 'string' },
      ce_source: { type: 'string' },
      ce_type: { type: 'string', examples: types.toSorted() },
      ce_subject: { type: 'string' },
      ce_accepted: { type: 'string', enum: ['true', 'false'] },
      ce_code: { type: 'string', description: 'code of the first reason' },
      ce_revision: { type: 'string', pattern: '^[0-9]+$' },
      ce_epoch: { type: 'string', pattern: '^[0-9]+$' },
      ce_contract: { type: 'string' },
      ce_causationid: { type: 'string' },
    },
  };
}

function subjectSchema(name: string, subject: SubjectDefinition): JsonObject {
  const text: Json = { type: 'string' };
  return {
    title: name,
    type: 'object',
    required: ['id', 'type', 'sequence', 'state', 'parties', 'keeps'],
    properties: {
      id: text,
      type: { enum: [name, ''], description: 'empty until a decision was accepted' },
      sequence: { ...COUNT, description: 'accepted decisions' },
      state: { enum: ['new', ...subject.states] },
      parties: {
        type: 'object',
        properties: Object.fromEntries(sorted(subject.parties).map(([role]) => [role, text])),
      },
      keeps: {
        type: 'object',
        properties: Object.fromEntries(sorted(subject.keeps).map(([keep, path]) => [keep, keepSchema(subject, path)])),
      },
    },
  };
}

/** The schema of a kept field: that of the property it comes from. */
function keepSchema(subject: SubjectDefinition, path: Path): Json {
  switch (path.kind) {
    case 'by':
      return { type: 'string' };
    case 'at':
      return { type: 'string', format: 'date-time' };
    case 'sum':
      return { type: 'integer' };
    case 'count':
      return COUNT;
    case 'data': {
      const properties = subject.decisions[path.decision]?.schema['properties'] as JsonObject | undefined;
      return sortedJson(properties?.[path.property] ?? {});
    }
    default:
      return path satisfies never;
  }
}
