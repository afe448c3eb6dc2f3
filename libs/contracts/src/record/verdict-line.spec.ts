import { Buffer } from 'node:buffer';
import { TuttiError, type JsonObject } from '@tutti/kernel';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readEvent } from '../codec/read-event.js';
import type { DecisionEvent } from '../event.js';
import { BEGIN_MS, DAY_MS, eventOf, inputOf, marketplace, PLACE, read, regimeOf, Story } from '../fixture/given.js';
import { fireDeadline } from '../judging/fire-deadline.js';
import { judge } from '../judging/judge.js';
import type { Verdict } from '../verdict.js';
import { parseVerdictLine } from './parse-verdict-line.js';
import { verdictHead, verdictLine } from './verdict-line.js';
import { wireText, wireVerdict } from './wire-verdict.js';

const regime = regimeOf(marketplace());

function expectRoundTrip(verdict: Verdict, event: DecisionEvent): void {
  const line = verdictLine(verdict, event.encoded);
  expect(line).not.toContain('\n');
  const back = parseVerdictLine(`${line}\n`);
  expect(back.verdict).toEqual(verdict);
  const { bytes, ...encoded } = event.encoded;
  expect(back.encoded).toEqual(encoded);
  if (bytes !== undefined) expect(Buffer.from(bytes).toString()).toBe(encoded.text);
  const head = verdictHead(verdict, event.encoded);
  const whole = head + (encoded.as === 'json' ? 'null}' : '"}');
  expect(JSON.stringify(JSON.parse(whole))).toBe(whole);
  expect(back.event.hash).toBe(event.hash);
  expect(back.event.attributes).toEqual(event.attributes);
  expect(back.event.readable).toBe(event.readable);
  expect(parseVerdictLine(Buffer.from(line))).toEqual(back);
  expect(verdictLine(back.verdict, back.encoded)).toBe(line);
  const wire = wireVerdict(verdict, event.encoded, 3, 1207);
  expect(JSON.parse(wireText(head, event.encoded, 3, 1207))).toEqual(JSON.parse(JSON.stringify(wire)));
}

describe('the record of a verdict', () => {
  it('has these bytes where the event came in structured mode', () => {
    const event = read(
      eventOf({ id: 'place-17', by: 'buyer-1', type: 'order.place', subject: 'order-17', data: PLACE }),
    );
    const line = verdictLine(judge(inputOf(event), undefined, regime), event.encoded);
    expect(line).toBe(
      '{"kind":"verdict","accepted":true,"by":{"id":"buyer-1","role":"buyer"},"auth":"network",' +
        '"hash":"sha256:9b4250eb08419beb7af83eecabf9b90d6ea83a50abd1882f218098aad8330095","contract":"order.place@1","model":1,"epoch":7,"at":"2026-03-02T10:00:00.000Z",' +
        '"policies":{"fees":1},"subject":{"id":"order-17","type":"order","sequence":1,"state":"placed",' +
        '"parties":{"buyer":"buyer-1","seller":"seller-1"},"keeps":{"total":4200,"category":"books"}},' +
        '"moved":{"from":"new","to":"placed"},"input":{"via":"http"},"decision":{"specversion":"1.0","id":"place-17",' +
        '"source":"/participants/buyer-1","type":"order.place","subject":"order-17","time":"2026-03-02T10:00:00Z",' +
        '"data":{"seller":"seller-1","total":4200,"category":"books"}}}',
    );
  });

  it('has these bytes where the event came in binary mode, and was refused', () => {
    const headers = {
      ce_specversion: '1.0',
      ce_id: 'ship-17',
      ce_type: 'order.ship',
      ce_source: '/participants/seller-1',
      ce_subject: 'order-17',
      ce_time: '2026-03-02T10:00:00Z',
      'content-type': 'application/json',
    };
    const event = readEvent({ mode: 'binary', headers, bytes: Buffer.from('{ "carrier": "ü" }'), key: 'order-17' });
    const road = { topic: 'market.decisions', partition: 3, offset: 88_121 };
    const line = verdictLine(judge({ ...inputOf(event), road }, undefined, regime), event.encoded);
    expect(line).toBe(
      '{"kind":"verdict","accepted":false,"reasons":[{"code":"unknown-party","pointer":"/carrier","retryable":false,' +
        '"detail":"ü is not a registered participant; a carrier is needed here","actual":"ü"}],' +
        '"by":{"id":"seller-1","role":"seller"},"auth":"network","hash":"sha256:78ab71fda280aa37bbc9dfcf911ff6dd8bfaca4ea35adbd2000f1595b9d5e742","contract":"order.ship@1",' +
        '"model":1,"epoch":7,"at":"2026-03-02T10:00:00.000Z","policies":{"fees":1},"subject":{"id":"order-17",' +
        '"type":"","sequence":0,"state":"new","parties":{},"keeps":{}},"input":{"topic":"market.decisions",' +
        '"partition":3,"offset":88121},"mode":"binary","decision":{"specversion":"1.0","id":"ship-17",' +
        '"type":"order.ship","source":"/participants/seller-1","subject":"order-17","time":"2026-03-02T10:00:00Z",' +
        '"datacontenttype":"application/json","data":{ "carrier": "ü" }}}',
    );
  });

  it('reads back as it was written, whatever was sent', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.constantFrom('"', '\\', '\u2028', '"decision":', '\n', 'ä', '😀'),
    );
    const event = fc.record({
      by: fc.constantFrom('buyer-1', 'seller-1', 'eve'),
      type: fc.constantFrom('order.place', 'order.note', 'order.ship', 'x"y'),
      subject: text,
      id: text,
      data: fc.oneof(fc.constant(PLACE), fc.jsonValue() as fc.Arbitrary<never>),
      indent: fc.constantFrom(0, 0, 1),
      more: fc.dictionary(
        fc.constantFrom('basedon', 'exact', 'note', 'dataschema', 'signature'),
        text,
      ) as fc.Arbitrary<JsonObject>,
    });
    fc.assert(
      fc.property(event, ({ indent, ...said }) => {
        const bytes = Buffer.from(JSON.stringify(eventOf(said), undefined, indent));
        const received = readEvent({ mode: 'structured', bytes, key: 'order-1' });
        expectRoundTrip(judge(inputOf(received), undefined, regime), received);
      }),
      { numRuns: 300 },
    );
  });

  it('reads back whatever the bytes were', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 30 }),
      fc.json().map((json) => Buffer.from(json)),
    );
    const headers = { ce_id: 'a', ce_type: 'order.note', ce_source: '/participants/buyer-1', ce_subject: 's' };
    fc.assert(
      fc.property(bytes, (received) => {
        const structured = readEvent({ mode: 'structured', bytes: received, key: 'order-1' });
        expectRoundTrip(judge(inputOf(structured), undefined, regime), structured);
        const binary = readEvent({ mode: 'binary', headers: { ...headers, ce_specversion: '1.0' }, bytes: received });
        expectRoundTrip(judge(inputOf(binary), undefined, regime), binary);
      }),
    );
  });

  it('reads back kept fields that look like the record’s own members', () => {
    const event = read(eventOf({ by: 'buyer-1', type: 'order.place', data: PLACE }));
    const verdict = judge(inputOf(event), undefined, regime);
    const keeps = { decision: 'x', deep: { decision: { decision: '"decision":' } }, text: '","decision":{}' };
    expectRoundTrip({ ...verdict, subject: { ...verdict.subject!, keeps } }, event);
  });

  it('reads back a deadline', () => {
    const story = new Story(regime).placed();
    const { verdict, event } = fireDeadline(story.subject!, regime, BEGIN_MS + 31 * DAY_MS);
    expectRoundTrip(verdict, event);
  });

  it('keeps the hash of what was too large, and nothing else', () => {
    const event = readEvent({ mode: 'structured', bytes: Buffer.alloc(600_000, 0x61), key: 'order-1' });
    const verdict = judge(inputOf(event), undefined, regime);
    expect(verdictLine(verdict, event.encoded)).toMatch(/"decision64":""}$/);
    expectRoundTrip(verdict, event);
  });

  it.each([
    '',
    '{',
    'null',
    '{"kind":"barrier"}',
    '{"kind":"verdict","hash":"sha256:a","decision":{}}',
    '{"kind":"verdict","hash":"sha256:a","at":"2026-03-02T10:00:00.000Z","input":{}}',
  ])('refuses %s', (line) => {
    expect(() => parseVerdictLine(line)).toThrow(TuttiError);
  });
});

describe('a verdict as outsiders read it', () => {
  it('shows the event, its position, and no internals', () => {
    const event = eventOf({ by: 'buyer-1', type: 'order.place', data: PLACE });
    const received = read(event);
    const wire = wireVerdict(judge(inputOf(received), undefined, regime), received.encoded, 3, 1207, received);
    expect(wire).toMatchObject({
      decision: event,
      position: '3-1207',
      partition: 3,
      revision: 1207,
      at: '2026-03-02T10:00:00.000Z',
    });
    expect(Object.keys(wire)).not.toContain('usesId');
  });

  it('shows base64 where the bytes are no JSON, and the event where they were only pretty', () => {
    const pretty = Buffer.from(JSON.stringify({ a: 1 }, undefined, 2));
    const shown = (bytes: Buffer) => {
      const event = readEvent({ mode: 'structured', bytes });
      return wireVerdict(judge(inputOf(event), undefined, regime), event.encoded, 0, 1).decision;
    };
    expect(shown(pretty)).toEqual({ a: 1 });
    expect(shown(Buffer.from('hm'))).toEqual({ base64: 'aG0=' });
  });
});
