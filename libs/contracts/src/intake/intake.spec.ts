import { Buffer } from 'node:buffer';
import { murmur2 } from '@tutti/kernel';
import { describe, expect, it } from 'vitest';
import { parseVerdictLine } from '../record/parse-verdict-line.js';
import { verdictLine } from '../record/verdict-line.js';
import type { ReceivedEvent } from '../codec/read-event.js';
import type { UnreadableEvent } from '../event.js';
import { misroutedIn } from './misrouted.js';
import { unreadEvent } from './unread-event.js';
import { VOUCH_HEADER, vouchedParticipant, vouchFor, type VouchedRecord } from './vouch.js';

const SECRET = 'a secret of at least thirty-two characters';

describe('a vouch', () => {
  const record = (change: Partial<VouchedRecord> = {}): VouchedRecord => ({
    key: Buffer.from('order-1'),
    value: Buffer.from('{"total":1}'),
    headers: { ce_id: Buffer.from('a'), ce_type: Buffer.from('order.place'), other: Buffer.from('x') },
    ...change,
  });
  const vouched = (original: VouchedRecord, sent: VouchedRecord = original, participant = 'buyer-1'): VouchedRecord => {
    const header = Buffer.from(vouchFor(participant, original, SECRET));
    return { ...sent, headers: { ...sent.headers, [VOUCH_HEADER]: header } };
  };

  it('holds for the record it was made for, whatever the order of its headers', () => {
    expect(vouchedParticipant(vouched(record()), SECRET)).toBe('buyer-1');
    const { ce_id, ce_type, other } = record().headers;
    const turned = record({ headers: { other: other!, ce_type: ce_type!, ce_id: ce_id! } });
    expect(vouchedParticipant(vouched(record(), turned), SECRET)).toBe('buyer-1');
  });

  it.each<[string, VouchedRecord]>([
    ['another key', record({ key: Buffer.from('order-2') })],
    ['no key', record({ key: null })],
    ['another value', record({ value: Buffer.from('{"total":2}') })],
    ['no value', record({ value: null })],
    ['an attribute changed', record({ headers: { ...record().headers, ce_id: Buffer.from('b') } })],
    ['an attribute more', record({ headers: { ...record().headers, ce_basedon: Buffer.from('1') } })],
    ['an attribute more, in capitals', record({ headers: { ...record().headers, CE_basedon: Buffer.from('1') } })],
    ['an attribute more, as over HTTP', record({ headers: { ...record().headers, 'ce-basedon': Buffer.from('1') } })],
    ['an attribute less', record({ headers: { ce_id: Buffer.from('a') } })],
  ])('does not hold for %s', (_, sent) => {
    expect(vouchedParticipant(vouched(record(), sent), SECRET)).toBeUndefined();
  });

  it.each([
    '',
    'buyer-1',
    `buyer-1 ${'0'.repeat(64)}`,
    `buyer-1 ${'0'.repeat(63)}`,
    vouchFor('buyer-2', record(), SECRET).replace('buyer-2', 'buyer-1'),
    vouchFor('buyer-1', record(), `${SECRET}?`),
  ])('that was not made with the secret does not hold: %s', (header) => {
    const forged = record({ headers: { ...record().headers, [VOUCH_HEADER]: Buffer.from(header) } });
    expect(vouchedParticipant(forged, SECRET)).toBeUndefined();
  });

  it('is not there where nobody vouched', () => {
    expect(vouchedParticipant(record(), SECRET)).toBeUndefined();
  });
});

describe('the place of a record', () => {
  const subject = 'order-17';
  const own = (murmur2(Buffer.from(subject)) & 0x7fffffff) % 12;

  it('is right under its subject in the partition that murmur2 gives', () => {
    expect(misroutedIn(subject, { key: Buffer.from(subject), partition: own, partitions: 12 })).toBeUndefined();
  });

  it.each([null, Buffer.from('order-18'), Buffer.alloc(0)])('is wrong under key %s', (key) => {
    expect(misroutedIn(subject, { key, partition: own, partitions: 12 })).toMatch(/key/);
  });

  it('is wrong in another partition; the sentence names the settings and is short enough to be kept whole', () => {
    const said = misroutedIn(subject, { key: Buffer.from(subject), partition: (own + 1) % 12, partitions: 12 });
    for (const word of ['murmur2_random', 'NewCustomPartitioner', 'kafkajs', `${own} of 12`]) {
      expect(said).toContain(word);
    }
    expect(said!.length).toBeLessThan(380);
  });
});

describe('an event nobody looks into', () => {
  const binary = (headers: Record<string, Buffer>): ReceivedEvent => ({
    mode: 'binary',
    headers,
    bytes: Buffer.from('{"killer":1}'),
    key: Buffer.from('order-1'),
  });
  const line = ({ encoded, hash }: UnreadableEvent): string =>
    verdictLine(
      {
        accepted: false,
        reasons: [{ code: 'quarantined', retryable: false, detail: '' }],
        hash,
        model: 1,
        epoch: 1,
        atMs: 0,
        policies: {},
        road: { via: 'http' },
        usesId: true,
      },
      encoded,
    );

  it.each<[string, ReceivedEvent]>([
    ['structured', { mode: 'structured', bytes: Buffer.from('{"id":"a"}'), key: Buffer.from('order-1') }],
    ['binary', binary({ ce_id: Buffer.from('a'), ce_source: Buffer.from('/participants/b'), ce_x: Buffer.from('ü') })],
    ['binary, with a header nothing can keep', binary({ ce_id: Buffer.from('\0') })],
    ['too large', { mode: 'structured', bytes: Buffer.alloc(600_000, 'x'), key: Buffer.from('order-1') }],
  ])('is read back from its record as it was: %s', (_, received) => {
    const event = unreadEvent(received);
    expect(event).toMatchObject({ readable: false, subject: 'order-1' });
    const read = parseVerdictLine(line(event));
    expect(read.event.attributes).toEqual(event.attributes);
    expect(read.encoded).toEqual(event.encoded);
    expect(read.event.hash).toBe(event.hash);
  });

  it('keeps its bytes', () => {
    const event = unreadEvent({ mode: 'structured', bytes: Buffer.from('{"id":"a"}'), key: null });
    expect(event.subject).toBe('');
    const { data_base64 } = JSON.parse(event.encoded.text) as { data_base64: string };
    expect(Buffer.from(data_base64, 'base64').toString()).toBe('{"id":"a"}');
  });
});
