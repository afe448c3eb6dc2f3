import { readEvent, type DecisionEvent, type ReceivedEvent } from '@tutti/contracts';
import { TuttiError } from '@tutti/kernel';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decisionRecord } from './decision-record.js';

const HEADERS = {
  'ce-specversion': '1.0',
  'ce-id': 'a%20b',
  'ce-source': '/participants/buyer-1',
  'ce-type': 'order.place',
  'ce-subject': 'ordre-%C3%A9',
  'content-type': 'application/json',
};

/** The event as whoever takes it out of the topic reads it. */
function readBack(event: DecisionEvent): DecisionEvent {
  const { key, value, headers } = decisionRecord(event);
  const isStructured = headers['content-type']?.toString().startsWith('application/cloudevents');
  const received: ReceivedEvent =
    isStructured === true ? { mode: 'structured', bytes: value, key } : { mode: 'binary', headers, bytes: value, key };
  return readEvent(received);
}

const binary = (more: Record<string, string> = {}, body = '{ "total": 1 }'): DecisionEvent =>
  readEvent({ mode: 'binary', headers: { ...HEADERS, ...more }, bytes: Buffer.from(body) });

describe('a decision on its way into the intake topic', () => {
  it('keeps the mode it came in', () => {
    const event = binary();
    const { key, value, headers } = decisionRecord(event);
    expect(key.toString()).toBe('ordre-é');
    expect(value.toString()).toBe('{ "total": 1 }');
    expect(headers).toMatchObject({
      ce_id: Buffer.from('a b'),
      ce_subject: key,
      'content-type': Buffer.from('application/json'),
    });
    const structured = readEvent({ mode: 'structured', bytes: Buffer.from(event.encoded.text) });
    expect(decisionRecord(structured).value.toString()).toBe(event.encoded.text);
  });

  it.each<[string, Record<string, string>, string]>([
    ['an attribute called data', { 'ce-data': '1' }, '{}'],
    ['an attribute called data, and no body', { 'ce-data': '1' }, ''],
    ['an attribute called by a number', { 'ce-7': 'x' }, '{}'],
    ['an attribute called data_base64', { 'ce-data_base64': 'eA==' }, ''],
    ['no body', {}, ''],
    ['a body that is no JSON', {}, 'hm'],
    ['a body with U+0000', {}, '"\\u0000"'],
    ['a body of several lines', {}, '{\n"total": 1\n}'],
    ['an attribute of a wrong type', { 'ce-basedon': 'x' }, '{}'],
  ])('is the same event for who reads it there: %s', (_, more, body) => {
    const event = binary(more, body);
    const back = readBack(event);
    expect(back.readable).toBe(event.readable);
    expect(back.hash).toBe(event.hash);
    expect(back.encoded.text).toBe(event.encoded.text);
  });

  it('is refused where a header could not be decoded: the topic could not carry that', () => {
    expect(() => decisionRecord(binary({ 'ce-basedon': '%ff' }))).toThrow(TuttiError);
  });

  it('is the same event for who reads it there, whatever it was', () => {
    const text = fc.string({ unit: 'binary', maxLength: 8 });
    const body = fc.oneof(
      fc.json(),
      text,
      fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
    );
    const more = fc.dictionary(
      fc.constantFrom('ce-x', 'ce-data', 'ce-basedon', 'ce-time', 'ce-0', 'content-type'),
      text,
    );
    fc.assert(
      fc.property(more, body, fc.boolean(), (headers, data, isStructured) => {
        const event = isStructured
          ? readEvent({ mode: 'structured', bytes: Buffer.from(`{"subject":"s","x":${data}}`) })
          : binary(headers, data);
        let back: DecisionEvent;
        try {
          back = readBack(event);
        } catch (error) {
          expect((error as TuttiError).code).toBe('malformed');
          expect(event.readable).toBe(false);
          return;
        }
        expect(back.readable).toBe(event.readable);
        expect(back.hash).toBe(event.hash);
        expect(back.encoded.text).toBe(event.encoded.text);
      }),
      { numRuns: 150 },
    );
  });
});
