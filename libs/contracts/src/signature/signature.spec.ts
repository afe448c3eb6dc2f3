import { Buffer } from 'node:buffer';
import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { canonicalJson, type JsonObject } from '@tutti/kernel';
import { describe, expect, it } from 'vitest';
import { readEvent } from '../codec/read-event.js';
import { BEGIN_MS, eventOf, inputOf, marketplace, PLACE, read, regimeOf } from '../fixture/given.js';
import { judge } from '../judging/judge.js';
import { canonicalEvent, compareWithEarlier, sameContent } from './canonical-event.js';
import { signEvent, verifySignature } from './signature.js';

const pair = generateKeyPairSync('ed25519');
const kid = 'buyer-1#1';
const keys = { [kid]: (pair.publicKey.export({ format: 'jwk' }) as { x: string }).x };
const event = eventOf({ id: 'p', by: 'buyer-1', type: 'order.place', data: PLACE, more: { basedon: 0 } });
const signed: JsonObject = { ...event, signature: signEvent(event, pair.privateKey, kid) };

/** RFC 8032 §7.1 TEST 1: the key whose signatures anyone can check. */
const RFC8032_SEED = '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60';
const RFC8032_PUBLIC = 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a';

describe('a signature', () => {
  it('holds for the event it was made for', () => {
    expect(verifySignature(signed, keys)).toEqual({ valid: true, kid });
  });

  it('is a detached JWS over the canonical event, the same for the same key', () => {
    const pkcs8 = `302e020100300506032b657004220420${RFC8032_SEED}`;
    const key = createPrivateKey({ key: Buffer.from(pkcs8, 'hex'), format: 'der', type: 'pkcs8' });
    const jws = signEvent(event, key, kid);
    const [header, payload, signature] = jws.split('.');
    expect(JSON.parse(Buffer.from(header!, 'base64url').toString())).toEqual({ alg: 'EdDSA', kid });
    expect(payload).toBe('');
    const input = `${header}.${Buffer.from(canonicalEvent(event)).toString('base64url')}`;
    expect(signature).toBe(sign(null, Buffer.from(input), key).toString('base64url'));
    const x = Buffer.from(RFC8032_PUBLIC, 'hex').toString('base64url');
    expect(verifySignature({ ...event, signature: jws }, { [kid]: x })).toEqual({ valid: true, kid });
  });

  it('survives another order, another encoding, tracing, and binary mode', () => {
    const { data, ...attributes } = signed;
    const turned = Object.fromEntries(Object.entries({ ...signed, traceparent: '00-a-b-01' }).toReversed());
    expect(verifySignature(turned, keys).valid).toBe(true);
    const headers = Object.fromEntries(Object.entries(attributes).map(([k, v]) => [`ce_${k}`, String(v)]));
    const bytes = Buffer.from(JSON.stringify(data, undefined, 2));
    const binary = readEvent({ mode: 'binary', headers: { ...headers, 'content-type': 'application/json' }, bytes });
    expect(binary.readable && verifySignature(binary.event, keys)).toEqual({ valid: true, kid });
  });

  it('may cover datacontenttype', () => {
    const header = Buffer.from(JSON.stringify({ alg: 'EdDSA', kid })).toString('base64url');
    const whole = { ...event, datacontenttype: 'application/json' };
    const input = `${header}.${Buffer.from(canonicalJson(whole)).toString('base64url')}`;
    const signature = `${header}..${sign(null, Buffer.from(input), pair.privateKey).toString('base64url')}`;
    expect(verifySignature({ ...whole, signature }, keys).valid).toBe(true);
  });

  it.each<[string, JsonObject]>([
    ['other data', { ...signed, data: { ...PLACE, total: 1 } }],
    ['another subject', { ...signed, subject: 'order-2' }],
    ['another sequence', { ...signed, basedon: 1 }],
    ['one more attribute', { ...signed, more: 'x' }],
    ['no signature', event],
    ['no JWS', { ...event, signature: 'hello' }],
    ['a payload', { ...event, signature: String(signed['signature']).replace('..', '.e30.') }],
    ['a padded signature', { ...event, signature: `${String(signed['signature'])}=` }],
    ['another algorithm', { ...event, signature: `${Buffer.from('{"alg":"none"}').toString('base64url')}..` }],
    ['a key of nobody', { ...event, signature: signEvent(event, pair.privateKey, 'toString') }],
    ['another key', { ...event, signature: signEvent(event, generateKeyPairSync('ed25519').privateKey, kid) }],
  ])('does not hold for %s', (_, other) => {
    expect(verifySignature(other, keys)).toMatchObject({ valid: false });
  });

  it('does not hold for a number that has no canonical form', () => {
    const { data: _, ...attributes } = signed;
    const bytes = Buffer.from(JSON.stringify(attributes).replace('{', `{"data":{"total":1e999},`));
    const endless = readEvent({ mode: 'structured', bytes });
    expect(endless.readable && verifySignature(endless.event, keys)).toMatchObject({ valid: false });
  });

  it('is needed from whoever has registered a key, and shown on the verdict', () => {
    const person = { id: 'buyer-1', roles: ['buyer'], suspended: false, keys };
    for (const trust of ['network', 'signed'] as const) {
      const regime = regimeOf(marketplace(), { trust, participants: [person] });
      expect(judge(inputOf(read(signed)), undefined, regime)).toMatchObject({
        accepted: true,
        auth: `signature ${kid}`,
      });
      const token = { how: 'token', participant: 'buyer-1' } as const;
      expect(judge(inputOf(read(event), BEGIN_MS, token), undefined, regime)).toMatchObject({
        reasons: [{ code: 'unauthenticated', pointer: '/signature' }],
      });
      expect(judge(inputOf(read({ ...signed, data: {} })), undefined, regime)).toMatchObject({ accepted: false });
    }
  });
});

describe('same content', () => {
  it('is what a signature covers, whichever way it came', () => {
    expect(sameContent(read(event), read({ ...signed, basedon: '0', datacontenttype: 'application/json' }))).toBe(true);
    expect(sameContent(read(event), read({ ...event, data: { ...PLACE, total: 1 } }))).toBe(false);
    expect(sameContent(read({ ...event, data: null }), read({ ...event, data: {} }))).toBe(false);
  });

  it('is byte for byte where a number has no canonical form', () => {
    const endless = (number: string) => {
      const { data: _, ...attributes } = event;
      const bytes = Buffer.from(JSON.stringify(attributes).replace('{', `{"data":{"total":${number}},`));
      return readEvent({ mode: 'structured', bytes });
    };
    expect(compareWithEarlier(endless('1e999'), endless('1e999'))).toBe('same');
    expect(compareWithEarlier(endless('1e999'), endless('2e999'))).toBe('conflict');
    expect(compareWithEarlier(read(event), endless('1e999'))).toBe('conflict');
  });

  it('tells the same decision, a conflict, and a stranger with the same hash apart', () => {
    const earlier = read(event);
    expect(compareWithEarlier(read(signed), earlier)).toBe('same');
    expect(compareWithEarlier(read({ ...event, type: 'order.cancel' }), earlier)).toBe('conflict');
    expect(compareWithEarlier(read({ ...event, id: 'q' }), earlier)).toBe('other');
    expect(compareWithEarlier(read({ ...event, subject: 'order-2' }), earlier)).toBe('other');
  });
});
