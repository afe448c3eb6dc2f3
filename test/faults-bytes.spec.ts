import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { TestTutti } from '@tutti/testing';
import { call, decide, decideAll, event } from '../services/standalone/src/testing/http.js';
import {
  answerOf,
  BATCH,
  exchange,
  expectAlive,
  expectRefused,
  good,
  recorded,
  request,
  startShop,
  STRUCTURED,
} from './support/hostile.js';

let shop: TestTutti;
beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop.close());
// Whatever came in: the next decision gets its verdict.
afterEach(() => expectAlive(shop.url));

const send = (body: string | Uint8Array, headers: Record<string, string> = STRUCTURED) =>
  call(shop.url, '/v1/decisions', { body, headers });
const refused = (body: string | Uint8Array, code: string, status: number, headers = STRUCTURED) =>
  expectRefused(shop.backbone, send(body, headers), code, status);
const text = (more: Record<string, unknown> = {}) => JSON.stringify(good(more));

/** The head of a decision in binary mode. */
function binary(sent: ReturnType<typeof event>, body: string, more: readonly string[] = []): string {
  const attributes = Object.entries(sent).filter(([name]) => name !== 'data');
  const headers = attributes.map(([name, value]) => `ce-${name}: ${encodeURIComponent(String(value))}`);
  return request('POST /v1/decisions', ['content-type: application/json', ...headers, ...more], body);
}

describe('bytes that are no decision', () => {
  it.each<[string, string | Uint8Array, string, number]>([
    ['nothing', '', 'malformed', 400],
    ['no JSON', '{"subject":"x"', 'malformed', 400],
    ['no UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0xc0, 0x22, 0x3a, 0x31, 0x7d]), 'malformed', 400],
    ['a surrogate as raw bytes', new Uint8Array([0x22, 0xed, 0xa0, 0x80, 0x22]), 'malformed', 400],
    ['10 MB', JSON.stringify({ ...good(), data: { note: 'x'.repeat(10 * 1024 * 1024) } }), 'too-large', 413],
    ['nesting 10,000 deep', `{"subject":"d","data":${'['.repeat(10_000)}${']'.repeat(10_000)}}`, 'too-large', 413],
    ['an array', '[{"subject":"x"}]', 'malformed', 400],
    ['a subject of U+0000', text({ subject: 'a\0b' }), 'malformed', 400],
  ])('%s: refused, nothing recorded', async (_, body, code, status) => {
    await refused(body, code, status);
  });

  it.each(['text/plain', 'application/xml', 'application/x-www-form-urlencoded', '', 'application/cloudevents+xml'])(
    'content type %j is unsupported, or no event can be read',
    async (type) => {
      const before = recorded(shop.backbone);
      const answer = await send('x', { 'content-type': type });
      expect([400, 415]).toContain(answer.status);
      expect(['malformed', 'unsupported-media-type']).toContain(answer.body.code);
      expect(recorded(shop.backbone)).toBe(before);
    },
  );

  it.each([String.raw`\ud800`, String.raw`\udc00x`, String.raw`\u0000`, String.raw`\ud800\ud800`])(
    'the escape %s anywhere is refused, also in a value that a second one shadows',
    async (escape) => {
      await refused(text().replace('"total":1', `"total":1,"note":"${escape}"`), 'malformed', 400);
      await refused(text().replace('"total":1', `"note":"${escape}","note":"x","total":1`), 'malformed', 400);
      await refused(text().replace('"total"', `"${escape}"`), 'malformed', 400);
    },
  );

  it('and the same in binary mode, where the subject is known, is an unreadable decision, recorded once', async () => {
    for (const body of [String.raw`{"note":"\ud800"}`, '{"seller":', '"\u0001"']) {
      const sent = good();
      const answer = answerOf(await exchange(shop.port, binary(sent, body)));
      expect(answer).toMatchObject({ status: 422, body: { code: 'unreadable', recorded: true } });
      const { verdicts } = (await call(shop.url, `/v1/subjects/${sent.subject}/history`)).body;
      expect(verdicts).toHaveLength(1);
    }
  });
});

describe('keys named __proto__', () => {
  const polluted = (): unknown => (({}) as Record<string, unknown>)['polluted'];
  afterEach(() => expect(polluted()).toBeUndefined());

  it('in structured mode are data like any other, or no attribute', async () => {
    const inData = await send(text().replace('"total":1', '"total":1,"__proto__":{"polluted":1}'));
    expect(inData.body).toMatchObject({ code: 'schema-invalid', status: 422, recorded: true });
    expect(inData.body.errors[0].pointer).toBe('/__proto__');
    const outside = await send(text().replace('{', '{"__proto__":{"subject":"other"},'));
    expect(outside.body).toMatchObject({ code: 'envelope-invalid', recorded: true });
    await refused('{"__proto__":{"subject":"s","id":"1"}}', 'malformed', 400);
  });

  it('in binary mode too', async () => {
    const body = '{"seller":"seller-3","total":1,"__proto__":{"polluted":1}}';
    const inData = answerOf(await exchange(shop.port, binary(good(), body)));
    expect(inData.body).toMatchObject({ code: 'schema-invalid', recorded: true });
    const inHead = binary(good(), '{"seller":"seller-3","total":1}', ['ce-__proto__: x', '__proto__: x']);
    expect(answerOf(await exchange(shop.port, inHead)).body).toMatchObject({ code: 'envelope-invalid' });
  });

  it('in a batch are the business of their element', async () => {
    const bad = text().replace('"total":1', '"total":1,"__proto__":{"polluted":1}');
    const answer = await send(`[${bad},${text()}]`, BATCH);
    expect(answer.body).toMatchObject([{ accepted: false }, { accepted: true }]);
  });

  it.each(['__proto__', 'constructor', 'toString'])(
    '%s as type, subject, source, party, and contract',
    async (name) => {
      for (const type of [name, `order.${name}`, `${name}.place`]) {
        expect((await decide(shop.url, good({ type }))).body.code).toBe('unknown-type');
      }
      const pinned = await decide(shop.url, good({ dataschema: `tutti:${name}/1` }));
      expect(pinned.body.code).toBe('unknown-version');
      const subject = await decide(shop.url, good({ subject: name, source: `/participants/${name}` }));
      expect(subject.status).toBe(201);
      expect((await call(shop.url, `/v1/subjects/${name}`)).body).toMatchObject({ id: name, state: 'placed' });
      for (const path of ['contracts', 'policies', 'participants']) {
        expect((await call(shop.url, `/v1/${path}/${name}`)).body).toMatchObject({ code: 'not-found', status: 404 });
      }
    },
  );
});

describe('numbers', () => {
  it.each(['9007199254740993', '-9007199254740993', '1e999', '-1e999', '0.1', '1e400'])(
    '%s does not fit',
    async (n) => {
      const answer = await send(text().replace('"total":1', `"total":${n}`));
      expect(answer.body).toMatchObject({ code: 'schema-invalid', status: 422, recorded: true });
    },
  );

  it('that are no doubles, under an id used before, are an id-conflict and stop nothing', async () => {
    const sent = good();
    const spelled = (n: string): string => JSON.stringify(sent).replace('"total":1', `"total":${n}`);
    const first = await send(spelled('1e999'));
    expect((await send(spelled('1e999'))).body.position).toBe(first.body.position);
    expect((await send(spelled('2e999'))).body).toMatchObject({ code: 'id-conflict', status: 409 });
    expect((await send(spelled('1'))).body).toMatchObject({ code: 'id-conflict', status: 409 });
  });
});

describe('an id used before', () => {
  it('with other content is a conflict; the first verdict stays', async () => {
    const sent = good();
    const first = await decide(shop.url, sent);
    const other = await decide(shop.url, { ...sent, data: { seller: 'seller-3', total: 2 } });
    expect(other.body).toMatchObject({ code: 'id-conflict', status: 409, recorded: true });
    const again = await decide(shop.url, sent);
    expect(again.body).toEqual(first.body);
    expect((await call(shop.url, `/v1/subjects/${sent.subject}`)).body.keeps.total).toBe(1);
  });

  it('with the same content in binary mode, in a batch, in other order and spelling is one decision', async () => {
    const sent = good();
    const first = await decide(shop.url, sent);
    const before = recorded(shop.backbone);
    const inBinary = answerOf(
      await exchange(shop.port, binary(sent, '{ "total": 1.0,\n "seller": "seller-\\u0033" }')),
    );
    expect(inBinary).toMatchObject({ status: 201, body: { position: first.body.position } });
    const [inBatch] = await decideAll(shop.url, [Object.fromEntries(Object.entries(sent).toReversed())]);
    expect(inBatch).toMatchObject({ position: first.body.position, duplicate: true });
    expect(recorded(shop.backbone)).toBe(before);
  });

  it('twice within one batch, and on a hundred connections at once, is judged once', async () => {
    const sent = good();
    const [one, two] = await decideAll(shop.url, [sent, sent]);
    expect(two!.position).toBe(one!.position);
    const many = good();
    const answers = await Promise.all(Array.from({ length: 100 }, () => decide(shop.url, many)));
    expect(new Set(answers.map(({ body }) => body.position)).size).toBe(1);
    expect(answers.filter(({ headers }) => headers.get('tutti-duplicate') !== 'true')).toHaveLength(1);
    for (const { subject } of [sent, many]) {
      expect((await call(shop.url, `/v1/subjects/${subject}/history`)).body.verdicts).toHaveLength(1);
    }
  });
});

describe('times', () => {
  it.each<[string, string, boolean]>([
    ['0001-01-01T00:00:00Z', 'too-old', false],
    ['1969-12-31T23:59:59.999Z', 'too-old', false],
    ['9999-12-31T23:59:59Z', 'time-ahead', true],
    ['2026-02-30T00:00:00Z', 'envelope-invalid', false],
    ['2026-13-01T00:00:00Z', 'envelope-invalid', false],
    ['+275760-09-13T00:00:00Z', 'envelope-invalid', false],
    ['99999999999', 'envelope-invalid', false],
    ['', 'envelope-invalid', false],
  ])('%j is %s', async (time, code, retryable) => {
    const answer = await decide(shop.url, good({ time }));
    expect(answer.body).toMatchObject({ code, status: 422, recorded: true, retryable });
  });

  it('a decision that came too early by its clock may be sent again under its id', async () => {
    const sent = good({ time: new Date(shop.clock.nowMs() + 10 * 60_000).toISOString() });
    expect((await decide(shop.url, sent)).body.code).toBe('time-ahead');
    await shop.advance(6 * 60_000);
    expect((await decide(shop.url, sent)).status).toBe(201);
  });
});

describe('a batch', () => {
  it('of 1,001 is refused whole; of 1,000 not', async () => {
    const events = Array.from({ length: 1_001 }, () => good());
    await refused(JSON.stringify(events), 'too-large', 413, BATCH);
    expect(await decideAll(shop.url, events.slice(1))).toHaveLength(1_000);
  });

  it('with broken elements judges the others, and each tells its own', async () => {
    const broken = ['[[[]]]', '"x"', '1', 'null', '{}', '{"a":nope}', `[${text()}]`, '{"subject":7}'];
    const answer = await send(`[${[text(), ...broken, text()].join(',')}]`, BATCH);
    expect(answer.status).toBe(200);
    expect(answer.body[0].accepted).toBe(true);
    expect(answer.body.at(-1).accepted).toBe(true);
    for (const item of answer.body.slice(1, -1)) expect(item).toMatchObject({ code: 'malformed', recorded: false });
  });

  it.each([
    ['cut off', '[{"subject":"x"},'],
    ['closed twice', '[{}]]'],
    ['that opens four million arrays', '['.repeat(4_000_000)],
    ['with a gap', '[{},,{}]'],
    ['above 8 MiB', `["${'x'.repeat(8 * 1024 * 1024)}"]`],
  ])('%s is refused whole', async (_, body) => {
    const before = recorded(shop.backbone);
    const answer = await send(body, BATCH);
    expect([400, 413]).toContain(answer.status);
    expect(recorded(shop.backbone)).toBe(before);
  });

  it('with nothing in it answers nothing', async () => {
    expect((await send('[]', BATCH)).body).toEqual([]);
  });
});

describe('headers of a decision in binary mode', () => {
  const body = '{"seller":"seller-3","total":1}';

  it('given twice are not joined to another value', async () => {
    for (const name of ['id', 'subject', 'type', 'source', 'time']) {
      const sent = good();
      const before = recorded(shop.backbone);
      const answer = answerOf(await exchange(shop.port, binary(sent, body, [`ce-${name}: another`])));
      if (name === 'subject') {
        expect(answer.body).toMatchObject({ code: 'malformed', recorded: false });
        expect(recorded(shop.backbone)).toBe(before);
      } else {
        expect(answer.body).toMatchObject({ code: 'envelope-invalid', recorded: true });
        expect(answer.body.errors[0].pointer).toBe(`/${name}`);
      }
    }
  });

  it('are percent-decoded, once; what is no encoding is told', async () => {
    const sent = good({ subject: 'größe %41 €/"x"' });
    expect(answerOf(await exchange(shop.port, binary(sent, body))).status).toBe(201);
    const found = await call(shop.url, `/v1/subjects/${encodeURIComponent(sent.subject)}`);
    expect(found.body).toMatchObject({ id: sent.subject });
    for (const [value, code] of [
      ['%zz', 'envelope-invalid'],
      ['%ff', 'envelope-invalid'],
      ['%ED%A0%80', 'envelope-invalid'],
      ['a%0Ab', 'envelope-invalid'],
      ['a%00b', 'unreadable'],
    ] as const) {
      const odd = answerOf(await exchange(shop.port, binary(good(), body, [`ce-custom: ${value}`])));
      expect(odd.body, value).toMatchObject({ code, recorded: true });
    }
  });
});
