import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { call, decide } from '../services/standalone/src/testing/http.js';
import { answerOf, exchange, expectAlive, good, request } from './support/hostile.js';
import { ShopFolder, type ShopProcess } from './support/shop-process.js';

const folder = new ShopFolder();
let shop: ShopProcess;
const sockets: Socket[] = [];
beforeAll(async () => {
  // Little memory: whatever piles up ends the process.
  shop = await folder.serve({ NODE_OPTIONS: '--max-old-space-size=128' });
});
afterAll(() => folder.remove());
afterEach(async () => {
  await expectAlive(shop.url);
  for (const socket of sockets.splice(0)) socket.destroy();
});

const json = 'content-type: application/cloudevents+json';
const post = (sent = good()): string => {
  const body = JSON.stringify(sent);
  const length = `content-length: ${Buffer.byteLength(body)}`;
  return `POST /v1/decisions HTTP/1.1\r\nhost: 127.0.0.1\r\n${json}\r\n${length}\r\n\r\n${body}`;
};

async function open(text: string): Promise<Socket> {
  const socket = connect(shop.port, '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => {});
  await once(socket, 'connect');
  if (text !== '') socket.write(text);
  return socket;
}

/** Reads from a socket until the text holds what is looked for. */
async function until(socket: Socket, holds: (text: string) => boolean): Promise<string> {
  let text = '';
  for await (const bytes of socket.iterator({ destroyOnReturn: false })) {
    text += String(bytes);
    if (holds(text)) return text;
  }
  throw new Error(`the connection ended: ${text.slice(-500)}`);
}

const subjectOf = async (id: string) => call(shop.url, `/v1/subjects/${encodeURIComponent(id)}`);

describe('connections that hold something back', () => {
  it('hundreds with half a header or half a body keep nobody out', async () => {
    const half = JSON.stringify(good()).slice(0, 50);
    const body = `POST /v1/decisions HTTP/1.1\r\nhost: 127.0.0.1\r\n${json}\r\ncontent-length: 5000\r\n\r\n${half}`;
    await Promise.all(
      Array.from({ length: 300 }, (_, n) => open(n % 3 === 0 ? '' : n % 3 === 1 ? 'POST /v1/dec' : body)),
    );
    await expectAlive(shop.url);
  });

  it('a body that comes byte by byte is judged when it is whole', async () => {
    const sent = good();
    const text = post(sent);
    const socket = await open(text.slice(0, -200));
    socket.setNoDelay(true);
    for (const byte of text.slice(-200)) {
      if (!socket.write(byte)) await once(socket, 'drain');
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await until(socket, (answer) => answer.includes('\r\n\r\n'))).toMatch(/^HTTP\/1\.1 201 /);
    expect((await subjectOf(sent.subject)).status).toBe(200);
  });

  it('a client that leaves in the middle of its body has decided nothing', async () => {
    const sent = good();
    const socket = await open(post(sent).slice(0, -20));
    socket.destroy();
    await once(socket, 'close');
    await expectAlive(shop.url);
    expect((await subjectOf(sent.subject)).status).toBe(404);
  });

  it('a client that leaves before its answer has decided, once: sent again it is the same', async () => {
    const sent = Array.from({ length: 20 }, () => good());
    for (const one of sent) {
      const socket = await open('');
      socket.end(post(one));
      socket.destroySoon();
    }
    for (const one of sent) {
      const answer = await decide(shop.url, one);
      expect(answer.status).toBe(201);
      expect((await call(shop.url, `/v1/subjects/${one.subject}/history`)).body.verdicts).toHaveLength(1);
    }
  });
});

describe('requests as no library sends them', () => {
  it('two hundred in one piece are answered in order', async () => {
    const sent = Array.from({ length: 200 }, () => good());
    const socket = await open(sent.map((one) => post(one)).join(''));
    const last = sent.at(-1)!.subject;
    const text = await until(socket, (all) => all.includes(`"subject":"${last}"`) && all.trimEnd().endsWith('}'));
    const order = [...text.matchAll(/"subject":\{"id":"([^"]+)"/g)].map(([, id]) => id);
    expect(order).toEqual(sent.map(({ subject }) => subject));
  });

  it('HTTP/1.0 is answered, and its connection closed', async () => {
    const answer = await exchange(shop.port, request('POST /v1/decisions', [json], JSON.stringify(good()), '1.0'));
    expect(answer).toMatch(/^HTTP\/1\.1 201 /);
  });

  it.each<[string, number]>([
    ['OPTIONS', 405],
    ['HEAD', 405],
    ['TRACE', 405],
    ['DELETE', 405],
    ['PATCH', 405],
    ['BREW', 400],
  ])('%s is answered %i', async (method, status) => {
    const answer = await exchange(shop.port, request(`${method} /v1/decisions`, []));
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  });

  it('HEAD of a stream is its head, and no stream stays open', async () => {
    const answer = await exchange(shop.port, request('HEAD /v1/verdicts/stream', []));
    expect(answer).toMatch(/^HTTP\/1\.1 200 [^]*text\/event-stream/);
    expect((await call(shop.url, '/metrics')).text).toMatch(/^tutti_streams 0$/m);
  });

  it.each([
    ['two lengths', ['content-length: 5', 'content-length: 6']],
    ['a length and chunks', ['content-length: 5', 'transfer-encoding: chunked']],
    ['a length that is none', ['content-length: -1']],
    ['a header without a colon', ['nonsense']],
    ['a folded header', ['a: b\r\n c']],
    ['U+0000 in a header', ['a: b\0c']],
  ])('a request with %s is refused', async (_, headers) => {
    const answer = answerOf(await exchange(shop.port, request('POST /v1/decisions', headers)));
    expect(answer).toMatchObject({ status: 400, body: { code: 'malformed', recorded: false } });
  });

  it.each([
    ['one', ['a'.repeat(100_000)]],
    ['many', Array.from({ length: 500 }, () => 'a'.repeat(1_000))],
  ])('too much in %s header(s) is 431', async (_, values) => {
    const headers = values.map((value, n) => `x-${n}: ${value}`);
    const socket = await open(request('GET /v1/model', headers));
    expect(await until(socket, (text) => text.includes('\r\n'))).toMatch(/^HTTP\/1\.1 431 /);
  });

  it.each(['wait=', 'wait=-1', 'wait=99999999999999', 'return=everything', '"', ',,,;;;', 'wait=0x10'])(
    'Prefer: %s is left aside',
    async (prefer) => {
      const answer = await decide(shop.url, good(), { prefer });
      expect([201, 504]).toContain(answer.status);
    },
  );
});

describe('ids in paths', () => {
  it('of any spelling are ids and nothing else', async () => {
    for (const subject of [
      '../../etc/passwd',
      '/',
      '%2e%2e%2f',
      'a?b#c',
      ' ',
      '😀'.repeat(128),
      'x'.repeat(256),
      '\\',
    ]) {
      expect((await decide(shop.url, good({ subject }))).status).toBe(201);
      expect((await subjectOf(subject)).body).toMatchObject({ id: subject });
    }
    for (const subject of ['.', '..']) {
      expect((await decide(shop.url, good({ subject }))).status).toBe(201);
      // Libraries resolve these before they send them.
      const text = await exchange(shop.port, request(`GET /v1/subjects/${subject}`, []));
      expect(text).toContain(`"id":"${subject}"`);
    }
  });

  it('that are none are not found, or malformed', async () => {
    for (const path of ['x'.repeat(10_000), '%00', '..%2f..%2fdata%2fjournal.sqlite', '%F0%9F%98%80'.repeat(200)]) {
      for (const kind of ['subjects', 'participants', 'contracts', 'policies', 'verdicts']) {
        const answer = await call(shop.url, `/v1/${kind}/${path}`);
        expect(answer.body, `${kind}/${path}`.slice(0, 60)).toMatchObject({ code: 'not-found', status: 404 });
      }
    }
    for (const path of ['%', '%ED%A0%80', '%ff']) {
      expect((await call(shop.url, `/v1/subjects/${path}`)).body).toMatchObject({ code: 'malformed', status: 400 });
    }
    for (const who of ['a b', 'a/b', 'x'.repeat(129), '']) {
      const answer = await decide(shop.url, good({ source: `/participants/${who}` }));
      expect(answer.body).toMatchObject({ code: 'envelope-invalid', recorded: true });
    }
  });
});

describe('a stream of verdicts', () => {
  const cursor = (text: string): string => Buffer.from(text).toString('base64url');

  it.each([
    ['garbage', 'garbage'],
    ['U+0000', cursor('1 shop \0')],
    ['of another space', cursor('1 market 0.0.0.0')],
    ['of other partitions', cursor('1 shop 0.0')],
    ['ahead of the journal', cursor('1 shop 99999999.0.0.0')],
    ['beyond numbers', cursor(`1 shop ${'9'.repeat(400)}.0.0.0`)],
    ['below zero', cursor('1 shop -1.0.0.0')],
    ['of 8,000 characters', 'A'.repeat(8_000)],
  ])('from a place that is %s is malformed', async (_, id) => {
    const told = await call(shop.url, '/v1/verdicts/stream', { headers: { 'last-event-id': id } });
    expect(told.body).toMatchObject({ code: 'malformed', status: 400, recorded: false });
    const page = await call(shop.url, `/v1/verdicts?cursor=${encodeURIComponent(id)}`);
    expect(page.body).toMatchObject({ code: 'malformed', status: 400 });
  });

  it('whose readers never read costs no memory, and is whole when they begin', async () => {
    const ask = request('GET /v1/verdicts/stream?subject=wide', []).replace('connection: close\r\n', '');
    const readers = await Promise.all(Array.from({ length: 8 }, () => open(ask)));
    for (const reader of readers) {
      await until(reader, (text) => text.includes('\nid: '));
      reader.pause();
    }
    // 8 readers of 24 MB would be more than the memory the process has.
    const ids: string[] = [];
    for (let n = 0; n < 60; n++) {
      const wide = good({ subject: 'wide', data: { seller: 'seller-3', total: 1, note: 'x'.repeat(400_000) } });
      ids.push(wide.id);
      expect((await decide(shop.url, wide, { prefer: 'return=minimal' })).body.code).toBe('schema-invalid');
    }
    for (const reader of readers.slice(1)) reader.destroy();
    const found: string[] = [];
    let rest = '';
    for await (const bytes of readers[0]!) {
      const text = rest + String(bytes);
      const ends = [0];
      for (const one of text.matchAll(/"id":"(e\d+)"/g)) {
        found.push(one[1]!);
        ends.push(one.index + one[0].length);
      }
      if (found.length >= ids.length) break;
      rest = text.slice(Math.max(ends.at(-1)!, text.length - 40));
    }
    expect(found).toEqual(ids);
  });
});

describe('SIGTERM', () => {
  it('while decisions are under way: each is answered or refused, exit 0, nothing lost, whatever clients do', async () => {
    const own = new ShopFolder();
    const main = shop;
    try {
      const first = await own.serve();
      shop = first;
      const hung = await Promise.all([
        open('POST /v1/dec'),
        open(post().slice(0, -20)),
        open(request('GET /v1/verdicts/stream', []).replace('connection: close\r\n', '')),
        open(''),
      ]);
      for (const socket of hung) socket.pause();
      const answered: string[] = [];
      let refused = 0;
      let stopping = false;
      const client = async (): Promise<void> => {
        for (;;) {
          const sent = good();
          try {
            const { status } = await decide(first.url, sent);
            if (status === 201) answered.push(sent.subject);
            else if (status === 503) refused++;
            else throw new Error(`answered ${status}`);
          } catch (error) {
            if (error instanceof Error && error.message.startsWith('answered')) throw error;
            refused++;
          }
          if (stopping && refused > 0) return;
        }
      };
      const clients = Array.from({ length: 16 }, () => client());
      while (answered.length < 200) await new Promise((resolve) => setImmediate(resolve));
      stopping = true;
      expect(await first.stop()).toBe(0);
      await Promise.all(clients);
      expect(refused).toBeGreaterThan(0);
      expect(first.printed()).toMatch(/^stopped .*everything is kept/m);
      shop = await own.serve();
      for (const subject of answered) expect((await subjectOf(subject)).body).toMatchObject({ sequence: 1 });
      await shop.stop();
    } finally {
      await own.remove();
      shop = main;
    }
  });
});
