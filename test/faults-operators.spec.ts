import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { canonicalEvent, signEvent } from '@tutti/contracts';
import type { JsonObject } from '@tutti/kernel';
import type { TestTutti } from '@tutti/testing';
import { call, decide, decideAll, event, operate } from '../services/standalone/src/testing/http.js';
import { SHOP } from '../services/standalone/src/testing/shop.js';
import { expectAlive, expectRefused, good, recorded, startShop } from './support/hostile.js';

const OPERATOR = 'operator-token-of-at-least-32-characters';
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const because = 'an attack';
const YAML = { 'content-type': 'application/yaml' };

let shop: TestTutti;
const control = (): number => shop.backbone.control().revision;

/** An act that must be refused with this code, and change nothing. */
async function expectNoAct(answer: ReturnType<typeof call>, code: string, status: number): Promise<void> {
  const before = control();
  const told = await answer;
  expect(told.body, told.text).toMatchObject({ code, status, recorded: false });
  expect(control()).toBe(before);
}

describe('an operator act', () => {
  beforeAll(async () => {
    shop = await startShop();
  });
  afterAll(() => shop.close());
  afterEach(() => expectAlive(shop.url));

  it.each<['POST' | 'PUT' | 'DELETE', string, Record<string, unknown>]>([
    ['POST', '/v1/participants', { id: 'p', roles: [] }],
    ['POST', '/v1/participants/p/keys', { publicKey: 'A'.repeat(43) }],
    ['PUT', '/v1/participants/p/roles', { roles: [] }],
    ['POST', '/v1/tokens', { participant: 'p', scopes: ['participant'] }],
    ['PUT', '/v1/model', { yaml: SHOP }],
  ])('%s %s needs its reason', async (method, path, body) => {
    for (const why of [{}, { because: '' }, { because: '  \n' }, { because: 7 }, { because: 'x'.repeat(1_001) }]) {
      await expectNoAct(operate(shop.url, method, path, { ...body, ...why }), 'malformed', 400);
    }
    await expectNoAct(operate(shop.url, method, path, { ...body, because: '\0' }), 'malformed', 400);
    await expectNoAct(operate(shop.url, method, path, { ...body, because: '\ud800' }), 'malformed', 400);
  });

  it.each([
    ['nothing', ''],
    ['no JSON', '{"id":'],
    ['__proto__', '{"id":"p","roles":[],"because":"x","__proto__":{"polluted":1}}'],
    ['constructor', '{"id":"p","roles":[],"because":"x","constructor":{"prototype":{"polluted":1}}}'],
    ['nesting', `{"id":"p","because":"x","roles":${'['.repeat(20_000)}${']'.repeat(20_000)}}`],
    ['an array', '[]'],
    ['null', 'null'],
    ['a role that is an object', '{"id":"p","because":"x","roles":[{"length":1}]}'],
    ['a member nobody knows', '{"id":"p","because":"x","roles":[],"isAdmin":true}'],
  ])('with %s in its body is malformed', async (_, body) => {
    const headers = { 'content-type': 'application/json' };
    await expectNoAct(call(shop.url, '/v1/participants', { method: 'POST', body, headers }), 'malformed', 400);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('on a model: bombs, odd definitions and other shapes are refused at once, and the old one stays', async () => {
    const laughs = Array.from({ length: 30 }, (_, n) => `a${n}: &a${n} [${`*a${n - 1},`.repeat(9)}]`).join('\n');
    const bombs = [`a-1: &a-1 [x]\n${laughs}`, '['.repeat(200_000), '{a: '.repeat(50_000), `? ${'- '.repeat(100_000)}`];
    for (const body of [...bombs, '%YAML 9.9\n---\na: b', '!!binary "x"', SHOP.replaceAll('\n', '\r'), '\ufeff\0']) {
      await expectNoAct(
        call(shop.url, '/v1/model/diff', { method: 'POST', body, headers: YAML }),
        'model-invalid',
        422,
      );
      const put = call(shop.url, '/v1/model?because=x', { method: 'PUT', body, headers: YAML });
      await expectNoAct(put, 'model-invalid', 422);
    }
    for (const definition of [{}, { tutti: 1 }, { interaction: null }, { interaction: { order: {} } }]) {
      await expectNoAct(operate(shop.url, 'POST', '/v1/model/diff', { definition }), 'model-invalid', 422);
      await expectNoAct(operate(shop.url, 'PUT', '/v1/model', { definition, because }), 'model-invalid', 422);
    }
    const deep = `{"because":"x","definition":{"a":${'['.repeat(500_000)}${']'.repeat(500_000)}}}`;
    const headers = { 'content-type': 'application/json' };
    await expectNoAct(call(shop.url, '/v1/model', { method: 'PUT', body: deep, headers }), 'malformed', 400);
    const large = call(shop.url, '/v1/model/diff', {
      method: 'POST',
      body: `# ${'x'.repeat(3_000_000)}`,
      headers: YAML,
    });
    await expectNoAct(large, 'too-large', 413);
    expect((await call(shop.url, '/v1/model')).body.revision).toBe(1);
  });

  it('on a model that somebody changed meanwhile is a revision-mismatch', async () => {
    const put = (match: string) =>
      call(shop.url, '/v1/model?because=x', { method: 'PUT', body: SHOP, headers: { ...YAML, 'if-match': match } });
    await expectNoAct(put('"7"'), 'revision-mismatch', 412);
    await expectNoAct(put('garbage'), 'malformed', 400);
  });
});

describe('tokens', () => {
  const place = (who: string) => ({ ...good(), source: `/participants/${who}` });
  beforeAll(async () => {
    shop = await startShop({ access: { operatorToken: OPERATOR } });
  });
  afterAll(() => shop.close());
  afterEach(async () => {
    expect((await decide(shop.url, good(), bearer(await tokenOf('buyer-9')))).status).toBe(201);
  });

  async function tokenOf(participant: string, scopes = ['participant']): Promise<string> {
    const issued = await operate(shop.url, 'POST', '/v1/tokens', { participant, scopes, because }, bearer(OPERATOR));
    expect(issued.status).toBe(201);
    return issued.body.token as string;
  }

  it.each([
    ['none', {}],
    ['an unknown one', bearer('nobody-issued-this-token-0123456789')],
    ['a prefix of the operator token', bearer(OPERATOR.slice(0, -1))],
    ['an empty one', { authorization: 'Bearer ' }],
    ['another scheme', { authorization: `Basic ${Buffer.from(`x:${OPERATOR}`).toString('base64')}` }],
    ['a JWT nobody signed', bearer('eyJhbGciOiJub25lIn0.eyJzdWIiOiJidXllci05In0.')],
    ['8,000 characters', bearer('a'.repeat(8_000))],
  ])('%s: 401, nothing recorded', async (_, headers) => {
    const answer = await expectRefused(
      shop.backbone,
      decide(shop.url, place('buyer-9'), headers),
      'unauthenticated',
      401,
    );
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    for (const path of ['/v1/verdicts', '/v1/verdicts/stream', '/v1/edges', '/v1/participants', '/v1/model']) {
      expect((await call(shop.url, path, { headers })).status, path).toBe(401);
    }
  });

  it("another's: 401; without the scope: 403; nothing recorded, nothing read", async () => {
    const seller = bearer(await tokenOf('seller-3'));
    await expectRefused(shop.backbone, decide(shop.url, place('buyer-9'), seller), 'unauthenticated', 401);
    const auditor = bearer(await tokenOf('aud-1', ['auditor']));
    await expectRefused(shop.backbone, decide(shop.url, place('aud-1'), auditor), 'forbidden', 403);
    await expectNoAct(operate(shop.url, 'PUT', '/v1/model', { yaml: SHOP, because }, seller), 'forbidden', 403);
    const body = { participant: 'seller-3', scopes: ['operator'], because };
    await expectNoAct(operate(shop.url, 'POST', '/v1/tokens', body, seller), 'forbidden', 403);
    const own = good();
    expect((await decide(shop.url, own, bearer(await tokenOf('buyer-9')))).status).toBe(201);
    const stranger = bearer(await tokenOf('buyer-8'));
    expect((await call(shop.url, `/v1/subjects/${own.subject}`, { headers: stranger })).status).toBeGreaterThan(400);
    const found = await call(shop.url, `/v1/decisions/buyer-9/${own.id}`, { headers: stranger });
    expect(found.body).toMatchObject({ code: 'not-found' });
    expect((await call(shop.url, '/v1/verdicts', { headers: stranger })).body.verdicts).toEqual([]);
  });

  it('in a batch, each element is its own: one of another participant is refused, the others judged', async () => {
    const token = bearer(await tokenOf('buyer-9'));
    const items = await decideAll(shop.url, [place('buyer-9'), place('buyer-8'), place('buyer-9')], token);
    expect(items).toMatchObject([
      { accepted: true },
      { code: 'unauthenticated', status: 401, recorded: false },
      { accepted: true },
    ]);
  });
});

describe('a participant who has registered a key', () => {
  const own = generateKeyPairSync('ed25519');
  const others = generateKeyPairSync('ed25519');
  const raw = (key: KeyObject): string => (key.export({ format: 'jwk' }) as { x: string }).x;
  const order = (more: Record<string, unknown> = {}) =>
    event('signer', 'order.place', `signed-${Math.random()}`, { seller: 'seller-3', total: 1 }, more);
  const signedBy = (sent: ReturnType<typeof order>, key = own.privateKey, kid = 'signer#1') => ({
    ...sent,
    signature: signEvent(sent as unknown as JsonObject, key, kid),
  });
  /** A detached JWS with any header, over the right payload. */
  function jws(sent: ReturnType<typeof order>, header: object, make: (input: string) => Buffer): string {
    const head = Buffer.from(JSON.stringify(header)).toString('base64url');
    const payload = Buffer.from(canonicalEvent(sent as unknown as JsonObject)).toString('base64url');
    return `${head}..${make(`${head}.${payload}`).toString('base64url')}`;
  }

  beforeAll(async () => {
    shop = await startShop();
    for (const [id, key] of [
      ['signer', own.publicKey],
      ['other', others.publicKey],
    ] as const) {
      const body = { id, roles: ['buyer'], publicKey: raw(key), because };
      expect((await operate(shop.url, 'POST', '/v1/participants', body)).status).toBe(201);
    }
  });
  afterAll(() => shop.close());
  afterEach(async () => {
    expect((await decide(shop.url, signedBy(order()))).status).toBe(201);
  });

  it('is refused, and nothing recorded, without the signature that belongs to this event and key', async () => {
    const sent = order();
    const ed = (input: string): Buffer => sign(null, Buffer.from(input), own.privateKey);
    const hmac = (input: string): Buffer => createHmac('sha256', raw(own.publicKey)).update(input).digest();
    const { signature } = signedBy(sent);
    const half = signature.lastIndexOf('.') + 1;
    const flipped = signature.slice(0, half) + (signature[half] === 'A' ? 'B' : 'A') + signature.slice(half + 1);
    const attacks: [string, unknown][] = [
      ['none', undefined],
      ['empty', ''],
      ['null', null],
      ['an object', {}],
      ['tampered', flipped],
      ["another's key under our kid", signedBy(sent, others.privateKey).signature],
      ["another's kid and key", signedBy(sent, others.privateKey, 'other#1').signature],
      ["our key under another's kid", signedBy(sent, own.privateKey, 'other#1').signature],
      ['a kid of nobody', signedBy(sent, own.privateKey, '__proto__').signature],
      ['no kid', jws(sent, { alg: 'EdDSA' }, ed)],
      ['alg none', jws(sent, { alg: 'none', kid: 'signer#1' }, () => Buffer.alloc(0))],
      ['alg none with bytes', jws(sent, { alg: 'none', kid: 'signer#1' }, ed)],
      ['alg HS256 over the public key', jws(sent, { alg: 'HS256', kid: 'signer#1' }, hmac)],
      ['alg EdDSA with an HMAC', jws(sent, { alg: 'EdDSA', kid: 'signer#1' }, hmac)],
      ['critical extensions', jws(sent, { alg: 'EdDSA', kid: 'signer#1', crit: ['b64'], b64: false }, ed)],
      ['a key in the header', jws(sent, { alg: 'EdDSA', jwk: own.publicKey.export({ format: 'jwk' }) }, ed)],
      ['zeros', jws(sent, { alg: 'EdDSA', kid: 'signer#1' }, () => Buffer.alloc(64))],
    ];
    for (const [name, attack] of attacks) {
      const before = recorded(shop.backbone);
      const answer = await decide(shop.url, { ...sent, signature: attack });
      if (attack === '' || (typeof attack === 'object' && attack !== null)) {
        // No attribute of CloudEvents: the envelope is wrong, and nobody is taken to have acted.
        expect(answer.body, name).toMatchObject({ code: 'envelope-invalid', verdict: { accepted: false } });
        continue;
      }
      expect(answer.body, name).toMatchObject({ code: 'unauthenticated', status: 401, recorded: false });
      expect(recorded(shop.backbone), name).toBe(before);
    }
    expect((await decide(shop.url, { ...sent, signature })).status).toBe(201);
  });

  it('and a signature is good for its event alone: replayed it is the same decision, elsewhere it is refused', async () => {
    const sent = signedBy(order());
    const first = await decide(shop.url, sent);
    expect(first.status).toBe(201);
    const replayed = await decide(shop.url, sent);
    expect(replayed.body.position).toBe(first.body.position);
    expect(replayed.headers.get('tutti-duplicate')).toBe('true');
    for (const more of [
      { subject: 'elsewhere' },
      { id: 'anew' },
      { data: { seller: 'seller-3', total: 2 } },
      { x: '1' },
    ]) {
      const moved = decide(shop.url, { ...sent, ...more });
      await expectRefused(shop.backbone, moved, 'unauthenticated', 401);
    }
    const asAnother = decide(shop.url, { ...sent, source: '/participants/other' });
    await expectRefused(shop.backbone, asAnother, 'unauthenticated', 401);
  });

  it('whose event holds a number that cannot be signed is refused, not a fault', async () => {
    const body = JSON.stringify(signedBy(order())).replace('"total":1', '"total":1e999');
    const headers = { 'content-type': 'application/cloudevents+json' };
    await expectRefused(shop.backbone, call(shop.url, '/v1/decisions', { body, headers }), 'unauthenticated', 401);
  });

  it('has no longer a key once it is retired', async () => {
    const key = generateKeyPairSync('ed25519');
    const body = { publicKey: raw(key.publicKey), because };
    const added = await operate(shop.url, 'POST', '/v1/participants/signer/keys', body);
    const { kid } = added.body.participant.keys.at(-1);
    expect((await decide(shop.url, signedBy(order(), key.privateKey, kid as string))).status).toBe(201);
    const gone = await operate(
      shop.url,
      'DELETE',
      `/v1/participants/signer/keys/${encodeURIComponent(kid as string)}?because=x`,
    );
    expect(gone.status).toBe(200);
    const late = decide(shop.url, signedBy(order(), key.privateKey, kid as string));
    await expectRefused(shop.backbone, late, 'unauthenticated', 401);
  });
});
