import { describe, expect, it } from 'vitest';
import { VOUCH_HEADER, vouchedParticipant, vouchFor, type Vouched } from './vouch.js';

const SECRET = 'a secret of at least thirty-two characters';

function record(change: Partial<Vouched> = {}): Vouched {
  const headers = {
    'content-type': Buffer.from('application/json'),
    ce_id: Buffer.from('1'),
    ce_type: Buffer.from('t'),
  };
  return { key: Buffer.from('order-1'), value: Buffer.from('{}'), headers, ...change };
}

function vouched(participant = 'seller-3'): Vouched {
  const plain = record();
  return { ...plain, headers: { ...plain.headers, [VOUCH_HEADER]: vouchFor(SECRET, participant, plain) } };
}

describe('a record that the gateway vouches for', () => {
  it('names the participant, whatever the order of its headers', () => {
    const { headers, ...rest } = vouched();
    const turned = Object.fromEntries(Object.entries(headers).toReversed());
    expect(vouchedParticipant(SECRET, { ...rest, headers })).toBe('seller-3');
    expect(vouchedParticipant(SECRET, { ...rest, headers: turned })).toBe('seller-3');
  });

  it('names nobody where anything covered differs, or another secret was used', () => {
    const good = vouched();
    const { headers } = good;
    expect(vouchedParticipant(`${SECRET}!`, good)).toBeUndefined();
    expect(vouchedParticipant(SECRET, { ...good, key: Buffer.from('order-2') })).toBeUndefined();
    expect(vouchedParticipant(SECRET, { ...good, value: Buffer.from('{} ') })).toBeUndefined();
    expect(vouchedParticipant(SECRET, { ...good, headers: { ...headers, ce_id: Buffer.from('2') } })).toBeUndefined();
    expect(vouchedParticipant(SECRET, { ...good, headers: { ...headers, ce_more: Buffer.from('') } })).toBeUndefined();
    const other = Buffer.from(Buffer.from(headers[VOUCH_HEADER]!).toString().replace('seller-3', 'seller-4'));
    expect(vouchedParticipant(SECRET, { ...good, headers: { ...headers, [VOUCH_HEADER]: other } })).toBeUndefined();
  });

  it('names nobody where the header is missing or is none', () => {
    expect(vouchedParticipant(SECRET, record())).toBeUndefined();
    for (const text of ['', 'seller-3', 'seller-3 ', 'seller-3 zz', ' 00']) {
      const headers = { ...record().headers, [VOUCH_HEADER]: Buffer.from(text) };
      expect(vouchedParticipant(SECRET, record({ headers }))).toBeUndefined();
    }
  });
});
