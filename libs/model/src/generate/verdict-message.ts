import type { Json, JsonObject } from '@tutti/kernel';
import type { ModelDefinition, Path, SubjectDefinition } from '../definition.js';
import type { AsyncApiRoad } from './async-api.js';
import { KEY_IS_SUBJECT } from './decision-message.js';
import { sorted, sortedJson } from './sorted-json.js';

const COUNT = { type: 'integer', minimum: 0 };

/** The message of a verdict: its value is the same for every type, apart from the subject in it. */
export function verdictMessage(model: ModelDefinition, road: AsyncApiRoad): JsonObject {
  const isTopic = road === 'topics';
  return {
    name: 'verdict',
    title: 'Verdict on one decision',
    contentType: 'application/json',
    ...(isTopic ? { headers: verdictHeaders() } : {}),
    payload: {
      type: 'object',
      required: [
        'accepted',
        'decision',
        'hash',
        'model',
        'epoch',
        'at',
        'policies',
        'input',
        'revision',
        ...(isTopic ? [] : ['position', 'partition']),
      ],
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
        auth: { type: 'string', description: 'how the source was proven: token, signature KID, network, clock' },
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
        input: INPUT,
        ...(isTopic ? {} : { position: { type: 'string', pattern: '^[0-9]+-[0-9]+$' }, partition: COUNT }),
        revision: { ...COUNT, description: 'of the record in its partition; gaps mean nothing' },
      },
    },
    ...(isTopic ? { bindings: KEY_IS_SUBJECT } : {}),
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

const INPUT: JsonObject = {
  description: 'the road it came by',
  oneOf: [
    {
      type: 'object',
      required: ['topic', 'partition', 'offset'],
      properties: { topic: { type: 'string' }, partition: COUNT, offset: COUNT },
    },
    { type: 'object', required: ['via'], properties: { via: { enum: ['http', 'clock'] } } },
  ],
};

function verdictHeaders(): JsonObject {
  const text = { type: 'string' };
  const number = { type: 'string', pattern: '^[0-9]+$' };
  return {
    type: 'object',
    required: [
      'content-type',
      ...['specversion', 'id', 'source', 'type', 'time', 'accepted', 'revision', 'epoch'].map((name) => `ce_${name}`),
    ],
    properties: {
      'content-type': { ...text, const: 'application/json' },
      ce_specversion: { ...text, const: '1.0' },
      ce_id: { ...text, pattern: '^[0-9]+-[0-9]+$', description: 'position: partition and revision' },
      ce_source: text,
      ce_type: { ...text, const: 'tutti.verdict.v1' },
      ce_subject: { ...text, description: 'absent where no subject could be read' },
      ce_time: { ...text, format: 'date-time', description: 'recorded time' },
      ce_accepted: { ...text, enum: ['true', 'false'] },
      ce_code: { ...text, description: 'code of the first reason, of a refusal or an irregularity' },
      ce_revision: number,
      ce_epoch: number,
      ce_contract: text,
      ce_causationid: { ...text, description: 'id of the decision' },
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
