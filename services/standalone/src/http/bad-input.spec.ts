import { connect } from 'node:net';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { call, decide, event } from '../testing/http.js';
import { type ShopServer, startShop } from '../testing/shop-server.js';

let shop: ShopServer;
let url: string;
let tails: number[];
beforeAll(async () => {
  shop = await startShop();
  url = shop.url;
  tails = shop.backbone.tails();
});
afterAll(() => shop.close());

const structured = { 'content-type': 'application/cloudevents+json' };
const send = (body: string | Uint8Array, headers: Record<string, string> = structured) =>
  call(url, '/v1/decisions', { body, headers });
const order = (more: Record<string, unknown> = {}) =>
  event('buyer-9', 'order.place', 'bad-1', { seller: 'seller-3', total: 1 }, more);

describe('a request that is refused before anything is recorded', () => {
  afterEach(() => {
    expect(shop.backbone.tails()).toEqual(tails);
  });

  it.each([
    ['an empty body', ''],
    ['white space', ' \n '],
    ['no JSON', '{"specversion":"1.0"'],
    ['no object', '[1,2]'],
    ['no UTF-8', new Uint8Array([0x22, 0xff, 0x22])],
    ['no subject', JSON.stringify({ specversion: '1.0', id: '1', type: 'order.place', source: '/participants/b' })],
    ['an empty subject', JSON.stringify(order({ subject: '' }))],
    ['a subject of 257 characters', JSON.stringify(order({ subject: 'x'.repeat(257) }))],
    ['a subject with a lone surrogate', JSON.stringify(order({ subject: 'a\uD800' }))],
  ])('%s is malformed', async (_, body) => {
    const answer = await send(body);
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(answer.body).toMatchObject({ code: 'malformed', recorded: false, instance: '/v1/decisions' });
  });

  it('10 MB are too-large, single and in a batch', async () => {
    const big = JSON.stringify(order({ data: { note: 'x'.repeat(10 * 1024 * 1024) } }));
    expect((await send(big)).body).toMatchObject({ code: 'too-large', status: 413, recorded: false });
    const batch = await send(`[${big}]`, { 'content-type': 'application/cloudevents-batch+json' });
    expect(batch.body).toMatchObject({ code: 'too-large', status: 413, recorded: false });
  });

  it('nesting 10,000 deep is too-large', async () => {
    const deep = `{"specversion":"1.0","id":"d","source":"/participants/b","type":"order.place","subject":"bad-2","data":${'['.repeat(10_000)}${']'.repeat(10_000)}}`;
    expect((await send(deep)).body).toMatchObject({ code: 'too-large', status: 413, recorded: false });
  });

  it('nesting that no parser survives is answered all the same', async () => {
    const answer = await send('['.repeat(500_000));
    expect([400, 413]).toContain(answer.status);
    expect(answer.body.recorded).toBe(false);
  });

  it('another content type is unsupported', async () => {
    for (const type of ['text/plain', 'application/xml', 'multipart/form-data']) {
      const answer = await send('x', { 'content-type': type });
      expect(answer.body).toMatchObject({ code: 'unsupported-media-type', status: 415, recorded: false });
    }
  });

  it('a compressed body is unsupported', async () => {
    const answer = await send('x', { ...structured, 'content-encoding': 'gzip' });
    expect(answer.body).toMatchObject({ code: 'unsupported-media-type', status: 415, recorded: false });
  });

  it('a batch that is no array is malformed, and says where', async () => {
    const batch = { 'content-type': 'application/cloudevents-batch+json' };
    expect((await send('{}', batch)).body).toMatchObject({ code: 'malformed', status: 400 });
    expect((await send('[{},', batch)).body).toMatchObject({ code: 'malformed', status: 400 });
  });

  it('another method on the path is not allowed, and names those that are', async () => {
    const answer = await call(url, '/v1/decisions', { method: 'DELETE' });
    expect(answer.body).toMatchObject({ code: 'method-not-allowed', status: 405, recorded: false });
    expect(answer.headers.get('allow')).toBe('POST');
  });

  it('a path nobody answers to is not found', async () => {
    expect((await call(url, '/v2/decisions')).body).toMatchObject({ code: 'not-found', status: 404, recorded: false });
  });

  it('a path that is no percent-encoding is malformed', async () => {
    expect((await call(url, '/v1/subjects/%E0%A4%A')).body).toMatchObject({ code: 'malformed', status: 400 });
  });

  it('a path part longer than any id is not found', async () => {
    expect((await call(url, `/v1/subjects/${'x'.repeat(5_000)}`)).body).toMatchObject({ code: 'not-found' });
  });

  it('a request that is no HTTP is answered 400 and the connection closed', async () => {
    const socket = connect(shop.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write('NONSENSE\r\n\r\n');
    const [bytes] = (await once(socket, 'data')) as [Buffer];
    expect(bytes.toString()).toMatch(/^HTTP\/1\.1 400 /);
    await once(socket, 'close');
  });

  it('headers of 64 KiB are refused', async () => {
    const answer = await send('{}', { ...structured, 'x-much': 'x'.repeat(64 * 1024) });
    expect(answer.status).toBe(431);
  });
});

describe('a decision that can be filed is recorded, whatever is wrong with it', () => {
  it('keys named __proto__ and constructor are data like any other, and pollute nothing', async () => {
    const body = JSON.stringify(order({ subject: 'bad-3' })).replace(
      '"total":1',
      '"total":1,"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}',
    );
    const answer = await send(body);
    expect(answer.body).toMatchObject({ code: 'schema-invalid', status: 422, recorded: true });
    expect(answer.body.errors.map(({ pointer }: { pointer: string }) => pointer)).toContain('/__proto__');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('lone surrogates and U+0000 in the data are unreadable', async () => {
    for (const note of [String.raw`\ud800`, String.raw`\u0000`]) {
      const body = JSON.stringify(order({ subject: 'bad-4' })).replace('"total":1', `"total":1,"note":"${note}"`);
      expect((await send(body)).body).toMatchObject({
        status: expect.any(Number),
        code: expect.stringMatching(/unreadable|malformed/),
      });
    }
  });

  it('numbers beyond 2^53 do not fit', async () => {
    const body = JSON.stringify(order({ subject: 'bad-5' })).replace('"total":1', '"total":9007199254740993');
    expect((await send(body)).body).toMatchObject({ code: 'schema-invalid', recorded: true });
    const huge = JSON.stringify(order({ subject: 'bad-6' })).replace('"total":1', '"total":1e999');
    expect((await send(huge)).body).toMatchObject({ code: 'schema-invalid', recorded: true });
  });

  it('times far in the past and the future are told', async () => {
    expect((await decide(url, order({ subject: 'bad-7', time: '0001-01-01T00:00:00Z' }))).body.code).toBe('too-old');
    expect((await decide(url, order({ subject: 'bad-7', time: '9999-12-31T23:59:59Z' }))).body.code).toBe('time-ahead');
    expect((await decide(url, order({ subject: 'bad-7', time: 'yesterday' }))).body.code).toBe('envelope-invalid');
  });

  it('pretty-printed JSON is the same decision as compact JSON', async () => {
    const sent = order({ subject: 'bad-8' });
    expect((await send(JSON.stringify(sent, null, 2))).status).toBe(201);
    const again = await decide(url, sent);
    expect(again.headers.get('tutti-duplicate')).toBe('true');
  });

  it('the server has lived through all of it', async () => {
    expect((await call(url, '/health/ready')).status).toBe(200);
  });
});

describe("an operator's body", () => {
  it('with __proto__ in it is malformed', async () => {
    const answer = await call(url, '/v1/participants', {
      body: '{"id":"p","roles":[],"because":"x","__proto__":{"polluted":1}}',
      headers: { 'content-type': 'application/json' },
    });
    expect(answer.body).toMatchObject({ code: 'malformed', status: 400 });
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('that is no JSON, or empty, or too large is told', async () => {
    const json = { 'content-type': 'application/json' };
    expect((await call(url, '/v1/tokens', { body: '{', headers: json })).body).toMatchObject({ code: 'malformed' });
    expect((await call(url, '/v1/tokens', { method: 'POST', headers: json })).body).toMatchObject({
      code: 'malformed',
    });
    const large = await call(url, '/v1/tokens', { body: JSON.stringify({ x: 'x'.repeat(3_000_000) }), headers: json });
    expect(large.body).toMatchObject({ code: 'too-large', status: 413 });
  });

  it('is told each member that is wrong, by its pointer', async () => {
    const answer = await call(url, '/v1/participants', {
      body: JSON.stringify({ id: 'a/b', roles: ['Boss'], surprise: 1 }),
      headers: { 'content-type': 'application/json' },
    });
    expect(answer.body).toMatchObject({ code: 'malformed', status: 400, recorded: false });
    const pointers = answer.body.errors.map(({ pointer }: { pointer: string }) => pointer);
    expect(pointers.toSorted()).toEqual(['/because', '/id', '/roles', '/surprise']);
  });
});
