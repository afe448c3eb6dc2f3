import { REASON_CODES, signEvent } from '@tutti/contracts';
import { type Json, type JsonObject, partitionOf } from '@tutti/kernel';
import { codesOf, KitBackbone, type KitRecord, type KitSpace } from './judge-records.ts';
import { KEY, KID, privateKey } from './key.ts';

/** One record before it has a place; what is left out has a usual value. */
interface Case {
  it: string;
  subject?: string;
  /** Structured mode with these bytes; else binary mode. */
  structured?: string | { base64: string };
  headers?: Record<string, string | undefined>;
  value?: string | { base64: string } | null;
  /** Default: the subject. */
  key?: string | null;
  /** How far from where the key belongs. */
  shift?: number;
  /** Milliseconds after the record before. Default 1,000. */
  laterMs?: number;
  sign?: true;
}

const PARTITIONS = 12;
const BEGIN_MS = Date.parse('2026-03-02T10:15:00.000Z');
const NOW = '2026-03-02T10:15:00.000Z';
const MODEL = 'examples/marketplace/marketplace.tutti.yaml';

const participants: KitSpace['participants'] = {
  'buyer-9': { roles: ['buyer'] },
  'buyer-8': { roles: ['buyer'] },
  'seller-3': { roles: ['seller'] },
  'seller-4': { roles: ['seller'] },
  'seller-5': { roles: ['seller'], suspended: true },
  'carrier-1': { roles: ['carrier'] },
  'support-1': { roles: ['support'] },
  'signer-1': { roles: ['buyer'], keys: { [KID]: KEY.x } },
};

const placing = { seller: 'seller-3', total: 4200, category: 'books', promised: '2026-03-09T18:00:00.000Z' };
const shipping = { carrier: 'carrier-1', tracking: 'TK-9' };

/** A decision in binary mode. */
function decision(
  it: string,
  [verb, subject, by, id]: readonly [string, string, string, string],
  data: Json | undefined,
  more: Omit<Case, 'it' | 'subject'> = {},
): Case {
  return {
    it,
    subject,
    value: data === undefined ? '' : JSON.stringify(data),
    ...more,
    headers: {
      'content-type': 'application/json',
      ce_specversion: '1.0',
      ce_id: id,
      ce_source: `/participants/${by}`,
      ce_type: `order.${verb}`,
      ce_subject: subject,
      ce_time: NOW,
      ...more.headers,
    },
  };
}

/** The same as an event in structured mode. */
function structured(
  it: string,
  [verb, subject, by, id]: readonly [string, string, string, string],
  more: JsonObject = {},
  place: Partial<Case> = {},
): Case {
  const event = {
    specversion: '1.0',
    id,
    source: `/participants/${by}`,
    type: `order.${verb}`,
    subject,
    time: NOW,
    ...more,
  };
  return { it, subject, structured: JSON.stringify(event), ...place };
}

const deep = `${'['.repeat(70)}${']'.repeat(70)}`;

const ENFORCE: readonly Case[] = [
  decision('binary mode: attributes as headers, data as the value', ['place', 'order-1', 'buyer-9', 'p-1'], placing),
  structured('structured mode: the event as the value', ['place', 'order-2', 'buyer-9', 'p-2'], { data: placing }),
  decision('the same decision again gets no verdict of its own', ['place', 'order-1', 'buyer-9', 'p-1'], placing),
  structured('nor does it in structured mode, other order, other spelling', ['place', 'order-1', 'buyer-9', 'p-1'], {
    data: { total: 4200.0, promised: placing.promised, category: 'books', seller: 'seller-3' },
  }),
  decision('the same id with other content', ['place', 'order-1', 'buyer-9', 'p-1'], { ...placing, total: 4300 }),
  decision('a UTF-8 subject and an id with spaces, as they are', ['place', 'bücher-1', 'buyer-9', 'p 1 ü'], placing),
  decision('no value at all', ['place', 'order-3', 'buyer-9', 'p-3'], undefined, { value: null }),
  decision('a value that is no JSON', ['place', 'order-3', 'buyer-9', 'p-4'], undefined, { value: '{"seller":' }),
  decision('a value that is no UTF-8', ['place', 'order-3', 'buyer-9', 'p-5'], undefined, {
    value: { base64: '/////w==' },
  }),
  decision('U+0000 in a value', ['place', 'order-3', 'buyer-9', 'p-6'], undefined, { value: '{"seller":"\\u0000"}' }),
  { it: 'structured mode that is no JSON, filed under its key', key: 'order-3', structured: 'hello' },
  { it: 'a tombstone, filed under its key', key: 'order-3', value: null },
  { it: 'nothing to file it under', key: null, structured: '[1,2]' },
  decision('nested deeper than 64 levels: only its hash is kept', ['place', 'order-3', 'buyer-9', 'p-7'], undefined, {
    value: deep,
  }),
  decision('an attribute is missing', ['place', 'order-3', 'buyer-9', 'p-8'], placing, {
    headers: { ce_id: undefined },
  }),
  decision('an attribute is wrong', ['place', 'order-3', 'buyer-9', 'p-9'], placing, {
    headers: { ce_source: 'buyer-9' },
  }),
  decision('two attributes are wrong', ['place', 'order-3', 'buyer-9', 'p-10'], placing, {
    headers: { ce_time: 'yesterday', ce_basedon: 'one' },
  }),
  decision('another content type', ['place', 'order-3', 'buyer-9', 'p-11'], placing, {
    headers: { 'content-type': 'text/plain' },
  }),
  decision('time is missing where ids are remembered for a while', ['place', 'order-3', 'buyer-9', 'p-12'], placing, {
    headers: { ce_time: undefined },
  }),
  decision('the key is not the subject', ['place', 'order-3', 'buyer-9', 'p-13'], placing, { key: 'order-4' }),
  decision('there is no key', ['place', 'order-3', 'buyer-9', 'p-14'], placing, { key: null }),
  decision('a foreign partitioner', ['place', 'order-3', 'buyer-9', 'p-15'], placing, { shift: 1 }),
  decision('time lies before the window of ids', ['place', 'order-3', 'buyer-9', 'p-16'], placing, {
    headers: { ce_time: '2025-12-01T00:00:00Z' },
  }),
  decision('time lies over 5 minutes ahead: the id is not used up', ['place', 'order-3', 'buyer-9', 'p-17'], placing, {
    headers: { ce_time: '2026-03-02T11:15:00Z' },
  }),
  decision('the model has no such decision', ['return', 'order-1', 'buyer-9', 'r-1'], {}),
  decision('a version that was never published', ['place', 'order-3', 'buyer-9', 'p-18'], placing, {
    headers: { ce_dataschema: 'tutti:order.place/9' },
  }),
  decision('a pinned version', ['place', 'order-4', 'buyer-9', 'p-19'], placing, {
    headers: { ce_dataschema: 'tutti:order.place/1' },
  }),
  decision('data that does not fit, one reason an error', ['place', 'order-3', 'buyer-9', 'p-20'], {
    ...placing,
    total: 42.5,
    gift: true,
  }),
  decision('a role is missing', ['place', 'order-3', 'carrier-1', 'p-21'], placing),
  decision('nobody knows the source', ['place', 'order-3', 'stranger-1', 'p-22'], placing),
  decision('a source that is suspended', ['ship', 'order-1', 'seller-5', 's-0'], shipping),
  decision("not the order's own seller", ['ship', 'order-1', 'seller-4', 's-1'], shipping),
  decision('a party that does not hold the role', ['place', 'order-3', 'buyer-9', 'p-23'], {
    ...placing,
    seller: 'buyer-8',
  }),
  decision('a rule does not hold', ['place', 'order-3', 'buyer-9', 'p-24'], { ...placing, promised: NOW }),
  decision('too early: a path leads there', ['deliver', 'order-1', 'carrier-1', 'd-0'], {}),
  decision('too early also where there is nothing yet', ['claim', 'order-5', 'buyer-9', 'c-0'], { reason: 'late' }),
  decision(
    'cancelled by the buyer, on sequence 1',
    ['cancel', 'order-2', 'buyer-9', 'c-1'],
    {},
    { headers: { ce_basedon: '1' } },
  ),
  decision('the seller was slower', ['ship', 'order-2', 'seller-3', 's-2'], shipping, { headers: { ce_basedon: '1' } }),
  decision('the seller has seen it, and the model has no answer', ['ship', 'order-2', 'seller-3', 's-3'], shipping, {
    headers: { ce_basedon: '2' },
  }),
  decision(
    'exact on a sequence that has passed',
    ['cancel', 'order-1', 'buyer-9', 'c-2'],
    {},
    {
      headers: { ce_basedon: '0', ce_exact: 'true' },
    },
  ),
  decision('exact on the sequence it is at', ['ship', 'order-1', 'seller-3', 's-4'], shipping, {
    headers: { ce_basedon: '1', ce_exact: 'true' },
  }),
  decision('a fact: accepted', ['deliver', 'order-1', 'carrier-1', 'd-1'], undefined),
  decision('a fact that does not fit: accepted and irregular', ['deliver', 'order-1', 'carrier-1', 'd-2'], undefined),
  decision(
    'an extension attribute is kept',
    ['claim', 'order-1', 'buyer-9', 'c-3'],
    { reason: 'damaged' },
    {
      headers: {
        ce_region: 'eu',
        ce_causationid: '0-12',
        ce_traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
      },
    },
  ),
  decision('who has a key must sign', ['place', 'order-6', 'signer-1', 'p-25'], placing),
  decision('a decision that is signed', ['place', 'order-6', 'signer-1', 'p-26'], placing, { sign: true }),
];

const OBSERVE: readonly Case[] = [
  decision('accepted as in mode enforce', ['place', 'order-1', 'buyer-9', 'p-1'], placing),
  decision('what comes too early is irregular', ['claim', 'order-1', 'buyer-9', 'c-1'], { reason: 'late' }),
  decision('a role is missing', ['ship', 'order-1', 'buyer-8', 's-1'], shipping),
  decision('data that does not fit', ['place', 'order-2', 'buyer-9', 'p-2'], {
    seller: 'seller-3',
    total: 4200,
    category: 'books',
  }),
  decision('a rule does not hold', ['place', 'order-3', 'buyer-9', 'p-3'], { ...placing, promised: NOW }),
  decision('a type that the model does not have', ['return', 'order-1', 'buyer-9', 'r-1'], {}),
  decision('a version that was never published', ['place', 'order-4', 'buyer-9', 'p-4'], placing, {
    headers: { ce_dataschema: 'tutti:order.place/9' },
  }),
  decision('observing does not read what cannot be read', ['place', 'order-5', 'buyer-9', 'p-5'], undefined, {
    value: '{',
  }),
  decision('nor takes an id twice', ['place', 'order-1', 'buyer-9', 'p-1'], { ...placing, total: 1 }),
];

const SIGNED: readonly Case[] = [
  decision('a decision that is signed', ['place', 'order-1', 'signer-1', 'p-1'], placing, { sign: true }),
  decision('without a signature', ['place', 'order-2', 'signer-1', 'p-2'], placing),
  decision('a source that has no key, and no token', ['place', 'order-2', 'buyer-9', 'p-3'], placing),
  decision('a source that is not registered', ['place', 'order-2', 'stranger-1', 'p-4'], placing),
  decision('a signature of another decision', ['place', 'order-2', 'signer-1', 'p-5'], placing, {
    headers: { ce_signature: signEvent({ specversion: '1.0' }, privateKey(), KID) },
  }),
];

/** Codes that no record provokes here: faults of the backbone itself, and rules that this model's contracts rule out. */
const OUT_OF_REACH = new Set(['quarantined', 'internal-fault', 'requirement-error']);

/** The files of records and their answers: name → content. */
export function recordFiles(): [string, Json][] {
  const seen = new Set<string>();
  const file = (mode: KitSpace['mode'], trust: KitSpace['trust'], cases: readonly Case[]): Json => {
    const space = { space: 'marketplace', model: MODEL, mode, trust, partitions: PARTITIONS, epoch: 7, participants };
    const backbone = new KitBackbone(space);
    const offsets = new Map<number, number>();
    let atMs = BEGIN_MS;
    const answered = cases.map((one) => {
      atMs += one.laterMs ?? 1_000;
      const record = placed(one, atMs, offsets);
      const answer = backbone.answer(record);
      for (const code of codesOf(answer)) seen.add(code);
      return { it: one.it, record, answer };
    });
    return { ...space, cases: answered } as unknown as Json;
  };
  const files: [string, Json][] = [
    ['records-enforce.json', file('enforce', 'network', ENFORCE)],
    ['records-observe.json', file('observe', 'network', OBSERVE)],
    ['records-signed.json', file('enforce', 'signed', SIGNED)],
  ];
  const missing = Object.keys(REASON_CODES).filter((code) => !seen.has(code) && !OUT_OF_REACH.has(code));
  if (missing.length > 0) throw new Error(`no record of the kit is answered with ${missing.join(', ')}`);
  return files;
}

function placed(one: Case, atMs: number, offsets: Map<number, number>): KitRecord {
  const { subject = '', shift = 0 } = one;
  const key = one.key === undefined ? subject : one.key;
  const partition = ((key === null ? 0 : partitionOf(key, PARTITIONS)) + shift) % PARTITIONS;
  const offset = offsets.get(partition) ?? 0;
  offsets.set(partition, offset + 1);
  const at = new Date(atMs).toISOString();
  if (one.structured !== undefined) {
    const headers = { 'content-type': 'application/cloudevents+json' };
    return { key, partition, offset, at, headers, value: one.structured };
  }
  const headers: Record<string, string> = {};
  for (const [name, text] of Object.entries(one.headers ?? {})) if (text !== undefined) headers[name] = text;
  if (one.sign === true) {
    const attributes = Object.entries(headers).filter(([name]) => name.startsWith('ce_'));
    const event: JsonObject = Object.fromEntries(attributes.map(([name, text]) => [name.slice(3), text]));
    headers['ce_signature'] = signEvent({ ...event, data: JSON.parse(one.value as string) as Json }, privateKey(), KID);
  }
  return { key, partition, offset, at, headers, value: one.value ?? null };
}
