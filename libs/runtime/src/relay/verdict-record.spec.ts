import { readEvent, verdictLine, type DecisionEvent, type Verdict } from '@tutti/contracts';
import { formatTime, type Json } from '@tutti/kernel';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { verdictAt } from '../reading/block-shelf.js';
import { glanceAtVerdict } from '../reading/verdict-glance.js';
import { VerdictRecords } from './verdict-record.js';

const TIME_MS = Date.parse('2026-03-02T10:00:00.123Z');

function eventOf(more: Record<string, Json> = {}, indent?: number): DecisionEvent {
  const event = {
    specversion: '1.0',
    id: 'ship-17',
    source: '/participants/seller-1',
    type: 'order.ship',
    subject: 'order-17',
    data: { carrier: 'ü', id: 'inner', deep: [{ type: '"decision":{' }] },
    ...more,
  };
  return readEvent({ mode: 'structured', bytes: Buffer.from(JSON.stringify(event, undefined, indent)), key: 'k' });
}

function verdictOf(event: DecisionEvent, more: Partial<Verdict> = {}): Verdict {
  return {
    accepted: true,
    reasons: undefined,
    irregular: undefined,
    type: event.attributes.type,
    source: event.attributes.source,
    id: event.attributes.id,
    by: { id: 'seller-1', role: 'seller' },
    auth: 'network',
    hash: event.hash,
    contract: 'order.ship@2',
    model: 1,
    epoch: 41,
    atMs: TIME_MS,
    policies: { fees: 1 },
    subject: {
      id: 'order-17',
      type: 'order',
      sequence: 2,
      state: 'shipped',
      parties: { seller: 'seller-1' },
      keeps: { note: '},"input":{', decision: { decision: 1 } },
    },
    moved: { from: 'placed', to: 'shipped' },
    road: { topic: 'market.decisions', partition: 3, offset: 88_121 },
    usesId: true,
    ...more,
  };
}

const recordOf = (verdict: Verdict, event: DecisionEvent) => ({
  revision: 1207,
  line: Buffer.from(verdictLine(verdict, event.encoded)),
});
const records = new VerdictRecords('market', 3);

describe('the topic’s record of a verdict', () => {
  it('has the subject as key, CloudEvents headers in binary mode, and the verdict as outsiders read it', () => {
    const event = eventOf();
    const { key, value, headers } = records.make(recordOf(verdictOf(event), event));
    expect(key.toString()).toBe('order-17');
    expect(Object.fromEntries(Object.entries(headers).map(([name, bytes]) => [name, bytes.toString()]))).toEqual({
      'content-type': 'application/json',
      ce_specversion: '1.0',
      ce_id: '3-1207',
      ce_source: '/spaces/market/verdicts/3',
      ce_type: 'tutti.verdict.v1',
      ce_subject: 'order-17',
      ce_time: '2026-03-02T10:00:00.123Z',
      ce_accepted: 'true',
      ce_revision: '1207',
      ce_epoch: '41',
      ce_contract: 'order.ship@2',
      ce_causationid: 'ship-17',
    });
    const line = recordOf(verdictOf(event), event).line;
    const { position: _position, partition: _partition, ...wire } = verdictAt(3, 1207, line).wire();
    expect(JSON.parse(value.toString())).toEqual(JSON.parse(JSON.stringify(wire)));
    expect(value.includes(event.encoded.text)).toBe(true);
  });

  it('names the first reason of a refusal, and of an irregularity', () => {
    const event = eventOf();
    const reasons = [
      { code: 'conflict' as const, retryable: false, detail: '"code":"undeclared"' },
      { code: 'undeclared' as const, retryable: false, detail: 'x' },
    ];
    const refused = records.make(recordOf(verdictOf(event, { accepted: false, reasons, moved: undefined }), event));
    expect(refused.headers['ce_accepted']!.toString()).toBe('false');
    expect(refused.headers['ce_code']!.toString()).toBe('conflict');
    const irregular = records.make(recordOf(verdictOf(event, { irregular: reasons }), event));
    expect(irregular.headers['ce_accepted']!.toString()).toBe('true');
    expect(irregular.headers['ce_code']!.toString()).toBe('conflict');
  });

  it('has an empty key, and no subject, where none could be read', () => {
    const event = readEvent({ mode: 'structured', bytes: Buffer.from('hm') });
    const verdict = verdictOf(event, { accepted: false, subject: undefined, contract: undefined, by: undefined });
    const made = records.make(recordOf(verdict, event));
    expect(made.key.length).toBe(0);
    expect(Object.keys(made.headers)).not.toContain('ce_subject');
    expect(Object.keys(made.headers)).not.toContain('ce_causationid');
    expect(JSON.parse(made.value.toString())).toMatchObject({ decision: { base64: 'aG0=' }, revision: 1207 });
  });
});

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom('"', '\\', '\\"', '","decision":{}', '😀', 'ä', '', 'order-1'),
);
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const reasons = fc.array(
  fc.record({
    code: fc.constantFrom('conflict' as const, 'undeclared' as const),
    retryable: fc.boolean(),
    detail: text,
  }),
  { minLength: 1, maxLength: 2 },
);
const anyVerdict = fc.record({
  accepted: fc.boolean(),
  reasons: optional(reasons),
  irregular: optional(reasons),
  by: optional(fc.record({ id: text, role: text })),
  auth: optional(text),
  contract: optional(text),
  epoch: fc.nat(),
  policies: fc.dictionary(text, fc.nat()),
  subject: optional(
    fc.record({
      id: text,
      type: text,
      sequence: fc.nat(),
      state: text,
      parties: fc.dictionary(text, text),
      keeps: fc.dictionary(text, fc.jsonValue() as fc.Arbitrary<Json>),
    }),
  ),
  moved: optional(fc.record({ from: text, to: text })),
  road: fc.constantFrom<Verdict['road']>(
    { via: 'http' },
    { via: 'clock' },
    { topic: 't,"offset":7', partition: 1, offset: 0 },
    { topic: '"', partition: 0, offset: 9_007_199_254_740_991 },
  ),
});

describe('reading a record without parsing it', () => {
  function expectTheSame(verdict: Verdict, event: DecisionEvent): void {
    const record = recordOf(verdict, event);
    const parsed = verdictAt(3, 1207, record.line);
    const glance = glanceAtVerdict(record.line);
    expect(records.make(record)).toEqual(records.parsed(record));
    if (glance === undefined) return;
    const { accepted, epoch, contract, subject, type, source, id, atMs, reasons: refused, irregular } = parsed.verdict;
    expect(glance).toMatchObject({ accepted, epoch, at: formatTime(atMs) });
    expect({ contract: glance.contract, subject: glance.subject }).toEqual({ contract, subject: subject?.id });
    expect({ type: glance.type, source: glance.source, id: glance.id }).toEqual({ type, source, id });
    expect(glance.code).toBe((refused ?? irregular)?.[0]?.code);
    expect(glance.offset).toBe('offset' in verdict.road ? verdict.road.offset : undefined);
  }

  it('says what parsing says, whatever the verdict', () => {
    const event = eventOf();
    fc.assert(
      fc.property(anyVerdict, (more) => {
        expect(glanceAtVerdict(recordOf(verdictOf(event, more), event).line)).toBeDefined();
        expectTheSame(verdictOf(event, more), event);
      }),
      { numRuns: 200 },
    );
  });

  it('says what parsing says, whatever the decision', () => {
    const attributes = fc.dictionary(
      fc.constantFrom('id', 'type', 'source', 'subject', 'basedon', 'time', 'note'),
      fc.oneof(text, fc.jsonValue() as fc.Arbitrary<Json>, fc.constant('/participants/ä')),
    );
    fc.assert(
      fc.property(attributes, fc.constantFrom(undefined, undefined, 1), (more, indent) => {
        const event = eventOf(more, indent);
        expectTheSame(verdictOf(event, { accepted: event.readable }), event);
      }),
      { numRuns: 200 },
    );
  });

  it('says what parsing says, whatever the bytes and the mode they came in', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 30 }),
      fc.json().map((json) => Buffer.from(json)),
      fc.constantFrom(
        ...['{"id":"a","id":"b","type":1}', '{"\\u0069d":"x"}', '[]', '"id"', '{ "id" : "a" ,"type":"\\u00e4"}'].map(
          (one) => Buffer.from(one),
        ),
      ),
    );
    const headers = { ce_id: 'a"', ce_type: 'ä', ce_source: '/participants/buyer-1', ce_subject: 's' };
    fc.assert(
      fc.property(bytes, (received) => {
        for (const event of [
          readEvent({ mode: 'structured', bytes: received, key: 'order-1' }),
          readEvent({ mode: 'binary', headers: { ...headers, ce_specversion: '1.0' }, bytes: received }),
        ]) {
          expectTheSame(
            verdictOf(event, { accepted: event.readable, reasons: event.readable ? undefined : event.reasons }),
            event,
          );
        }
      }),
      { numRuns: 200 },
    );
  });
});
