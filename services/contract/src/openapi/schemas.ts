import { TRANSPORT_CODES } from '@tutti/service';
import { REASON_CODES } from '@tutti/contracts';
import { SCOPES } from '../access/caller.js';
import { schemaOf } from './documented.js';

type Schema = Record<string, unknown>;

const text: Schema = { type: 'string' };
const integer: Schema = { type: 'integer' };
const yes: Schema = { type: 'boolean' };
const time: Schema = { type: 'string', format: 'date-time' };
const any: Schema = {};
const texts: Schema = { type: 'array', items: text };

const mapOf = (of: Schema): Schema => ({ type: 'object', additionalProperties: of });
const listOf = (of: Schema): Schema => ({ type: 'array', items: of });

/** An object whose properties are all there but those whose name ends in `?`. */
function object(properties: Record<string, Schema>, more: Schema = {}): Schema {
  const names = Object.keys(properties);
  return {
    type: 'object',
    required: names.filter((name) => !name.endsWith('?')),
    properties: Object.fromEntries(names.map((name) => [name.replace(/\?$/, ''), properties[name]])),
    ...more,
  };
}

const done = { controlRevision: integer, effectiveEpoch: integer, inForce: yes };
const move = object({ from: text, to: text });
const tokenFacts = { hash: text, participant: text, scopes: listOf({ enum: SCOPES }) };

/** Components of the OpenAPI document, by name. */
export const SCHEMAS: Record<string, Schema> = {
  Decision: object(
    {
      specversion: { const: '1.0' },
      id: text,
      source: { ...text, description: '`/participants/ID`', pattern: '^/participants/[^\\s/]{1,128}$' },
      type: { ...text, description: 'Full type: `order.ship`.' },
      subject: { ...text, minLength: 1, maxLength: 256 },
      'time?': { ...time, description: 'Required unless the subject type says `ids: forever`.' },
      'dataschema?': { ...text, description: 'Pins a contract: `tutti:order.ship/3`.' },
      'basedon?': { ...integer, description: 'Subject sequence it was decided on.' },
      'exact?': { ...yes, description: 'Refuse unless the subject is still at `basedon`.' },
      'signature?': {
        ...text,
        description: 'Detached JWS (EdDSA) over the RFC 8785 form of the event without it and `traceparent`.',
      },
      'traceparent?': text,
      'causationid?': text,
      'data?': any,
    },
    { description: 'A CloudEvent 1.0 in structured mode.' },
  ),
  Reason: object({
    code: { enum: Object.keys(REASON_CODES) },
    'pointer?': { ...text, description: 'JSON pointer into `data`, or `/ATTRIBUTE` of the envelope.' },
    'rule?': text,
    retryable: yes,
    detail: text,
    'values?': mapOf(any),
    'actual?': any,
  }),
  SubjectView: object({
    id: text,
    type: text,
    sequence: integer,
    state: text,
    parties: mapOf(text),
    keeps: mapOf(any),
  }),
  Verdict: object({
    accepted: yes,
    'reasons?': { ...listOf(schemaOf('Reason')), description: 'Why it was refused.' },
    'irregular?': {
      ...listOf(schemaOf('Reason')),
      description: 'Why it would have been refused, had it not been let through.',
    },
    'decision?': {
      description: 'The event as received; `{ base64 }` where its bytes are no JSON. Left out with `return=minimal`.',
    },
    'by?': object({ id: text, role: text }),
    hash: text,
    'contract?': { ...text, description: '`order.ship@2`' },
    model: integer,
    epoch: integer,
    at: time,
    policies: mapOf(integer),
    'subject?': schemaOf('SubjectView'),
    'moved?': move,
    input: any,
    position: { ...text, description: '`3-1207`: partition and revision' },
    partition: integer,
    revision: integer,
    'duplicate?': { ...yes, description: 'In a batch: the first verdict of the same decision again.' },
  }),
  VerdictPage: object({ verdicts: listOf(schemaOf('Verdict')), next: text, more: yes }),
  History: object({ verdicts: listOf(schemaOf('Verdict')), 'next?': integer }),
  Problem: object(
    {
      type: { ...text, description: '`urn:tutti:error:CODE`' },
      code: { enum: [...new Set([...Object.keys(TRANSPORT_CODES), ...Object.keys(REASON_CODES)])] },
      title: text,
      status: integer,
      detail: text,
      'instance?': text,
      recorded: { ...yes, description: 'True: this stands for a recorded verdict. False: nothing was recorded.' },
      retryable: yes,
      'mend?': text,
      'position?': text,
      'contract?': text,
      'incident?': text,
      'errors?': listOf(
        object({ code: text, 'pointer?': text, message: text, 'rule?': text, 'actual?': any, 'values?': mapOf(any) }),
      ),
      'verdict?': schemaOf('Verdict'),
    },
    { description: 'RFC 9457' },
  ),
  Subject: object({
    id: text,
    type: text,
    sequence: integer,
    state: text,
    parties: mapOf(text),
    keeps: mapOf(any),
    model: integer,
    policies: mapOf(integer),
    'enteredAt?': time,
    'due?': object({ type: text, at: time }),
    verdicts: integer,
    partition: integer,
  }),
  Next: object({
    subject: text,
    state: text,
    sequence: integer,
    next: listOf(object({ type: text }, { additionalProperties: true })),
  }),
  Edges: object({
    edges: listOf(
      object({
        signature: text,
        code: text,
        type: text,
        'state?': text,
        count: integer,
        firstEpoch: integer,
        lastEpoch: integer,
        samples: texts,
        participants: texts,
      }),
    ),
  }),
  Model: object({
    model: text,
    revision: integer,
    inForce: integer,
    hash: text,
    by: text,
    because: text,
    at: time,
    contracts: mapOf(integer),
    policies: mapOf(integer),
    definition: { type: 'object' },
  }),
  Published: object({ revision: integer, changed: yes, contracts: mapOf(integer), policies: mapOf(integer), ...done }),
  Difference: object({
    from: integer,
    changes: listOf(object({ kind: text, of: { type: 'object' }, breaking: yes, text, 'note?': text })),
    breaking: yes,
    contracts: mapOf(integer),
    policies: mapOf(integer),
  }),
  Contract: object({
    type: text,
    version: integer,
    'inForce?': integer,
    subject: text,
    by: listOf(object({ role: text, any: yes })),
    clock: yes,
    'afterMs?': integer,
    moves: listOf(move),
    requires: listOf(object({ name: text, cel: text })),
    fact: yes,
    manual: yes,
    schema: { type: 'object', description: 'JSON Schema 2020-12' },
    used: { ...mapOf(integer), description: 'Version → accepted decisions under it.' },
  }),
  Contracts: object({ model: integer, contracts: listOf(schemaOf('Contract')) }),
  Policy: object({
    name: text,
    revision: integer,
    parameters: mapOf(integer),
    'per?': text,
    applies: { enum: ['new', 'all'] },
    bounds: mapOf(object({ type: text, default: integer, minimum: integer, maximum: integer })),
  }),
  Policies: object({ epoch: integer, model: integer, policies: listOf(schemaOf('Policy')) }),
  Participant: object({ id: text, roles: texts, suspended: yes, keys: listOf(object({ kid: text, publicKey: text })) }),
  Participants: object({ participants: listOf(schemaOf('Participant')), revision: integer }),
  ParticipantDone: object({ participant: schemaOf('Participant'), ...done }),
  Keys: object({ keys: listOf(object({ kid: text, publicKey: text })) }),
  Roles: object({ roles: texts }),
  Tokens: object({ tokens: listOf(object(tokenFacts)) }),
  TokenIssued: object({ token: text, ...tokenFacts, ...done }),
  Done: object(done),
  Outcome: object({ outcome: text }),
  Pending: object(
    { input: object({ topic: text, partition: integer, offset: integer }) },
    {
      description: 'Durable in the intake topic, not judged yet: its verdict will be at `/v1/inputs/PARTITION/OFFSET`.',
    },
  ),
  Version: object({ service: text, version: text, engine: text, node: text }),
  Live: object({ status: { const: 'ok' } }),
  Health: object({ status: text, info: mapOf(any), error: mapOf(any), details: mapOf(any) }),
};
