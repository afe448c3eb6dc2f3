import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ModelNews } from '@tutti/service';
import { type Standalone, type StandaloneOptions, startStandalone } from './standalone.js';
import { call, decide, event } from './testing/http.js';
import { SHOP, SHOP_BREAKING, SHOP_WIDER } from './testing/shop.js';

const SHOP_WRONG = SHOP.replace('placed -> shipped', 'placed -> shiped');

let folder: string;
let model: string;
let news: ModelNews[];
let heard: () => void;
const running: Standalone[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tutti-standalone-'));
  model = join(folder, 'shop.tutti.yaml');
  writeFileSync(model, SHOP);
  news = [];
  heard = () => {};
});
afterEach(async () => {
  for (const one of running.splice(0)) await one.close();
  chmodSync(folder, 0o700);
  rmSync(folder, { recursive: true, force: true });
});

async function start(options: Partial<StandaloneOptions> = {}): Promise<Standalone> {
  const one = await startStandalone({
    data: join(folder, 'data'),
    model,
    port: 0,
    logger: pino({ level: 'silent' }),
    onModel: (item) => {
      news.push(item);
      heard();
    },
    ...options,
  });
  running.push(one);
  return one;
}

async function untilHeard(count: number): Promise<void> {
  while (news.length < count) await new Promise<void>((resolve) => (heard = resolve));
}

const place = (subject: string) => event('buyer-9', 'order.place', subject, { seller: 'seller-3', total: 1 });

describe('a start', () => {
  it('goes on where the last one ended', async () => {
    const first = await start();
    const { body } = await decide(first.url, place('p-1'));
    await first.close();
    const second = await start({ model: undefined });
    expect((await call(second.url, '/v1/subjects/p-1')).body).toMatchObject(body.subject);
    expect(second.backbone.space).toBe('shop');
    expect(second.backbone.status().trust).toBe('network');
  });

  it('refuses a port that is taken, names it, and lets go of its data folder', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    await expect(start({ port })).rejects.toMatchObject({ code: 'port-in-use', facts: { port } });
    const other = await start({ port, orNextFree: true });
    expect(other.port).toBeGreaterThan(port);
    server.close();
  });

  it('refuses what the journal contradicts', async () => {
    await (await start({ partitions: 3 })).close();
    await expect(start({ partitions: 5 })).rejects.toMatchObject({ code: 'partitions-differ' });
    await expect(start({ trust: 'signed' })).rejects.toMatchObject({ code: 'trust-differs' });
    await expect(start({ space: 'another' })).rejects.toMatchObject({ code: 'space-differs' });
    expect((await start()).backbone.partitions).toBe(3);
  });

  it('refuses to be open where others reach it, before it makes a space', async () => {
    await expect(start({ host: '0.0.0.0' })).rejects.toMatchObject({ code: 'open-access' });
    const closed = await start({ host: '0.0.0.0', access: { operatorToken: 'x'.repeat(32) } });
    expect(closed.backbone.status().trust).toBe('signed');
  });

  it('refuses an address that is not one of this machine', async () => {
    const access = { operatorToken: 'x'.repeat(32) };
    await expect(start({ host: '203.0.113.7', access })).rejects.toMatchObject({ code: 'port-refused' });
  });
});

describe('the model at a start', () => {
  it('that is not there, or does not parse, is refused where there is no older one', async () => {
    await expect(start({ model: join(folder, 'none.yaml') })).rejects.toMatchObject({ code: 'model-unreadable' });
    writeFileSync(model, SHOP_WRONG);
    await expect(start()).rejects.toMatchObject({ code: 'model-invalid' });
  });

  it('that does not parse leaves the older one in force', async () => {
    await (await start()).close();
    writeFileSync(model, SHOP_WRONG);
    const second = await start();
    expect(news.at(-1)).toMatchObject({ what: 'refused', error: { code: 'model-invalid' } });
    expect((await decide(second.url, place('p-2'))).body.contract).toBe('order.place@1');
  });

  it('is published where it has changed, once', async () => {
    await (await start()).close();
    writeFileSync(model, SHOP_WIDER);
    await (await start()).close();
    await start();
    expect(news.map(({ what }) => what)).toEqual(['published', 'published', 'unchanged']);
  });

  it('that breaks participants is published only where its file is watched', async () => {
    await (await start()).close();
    writeFileSync(model, SHOP_BREAKING);
    await (await start()).close();
    expect(news.at(-1)).toMatchObject({ what: 'refused', error: { code: 'incompatible' } });
    await start({ watch: true });
    expect(news.at(-1)).toMatchObject({ what: 'published', revision: 2 });
  });
});

describe('a saved change of the watched model', () => {
  it('is in force at the next epoch; one that does not parse leaves the old one', async () => {
    const { url } = await start({ watch: true });
    writeFileSync(model, SHOP_WRONG);
    await untilHeard(2);
    expect(news[1]).toMatchObject({ what: 'refused', error: { code: 'model-invalid' } });
    expect((await decide(url, place('w-1'))).body.contract).toBe('order.place@1');
    writeFileSync(model, SHOP_WIDER);
    await untilHeard(3);
    expect(news[2]).toMatchObject({ what: 'published', revision: 2 });
    expect((await decide(url, place('w-2'))).body.contract).toBe('order.place@2');
  });
});
