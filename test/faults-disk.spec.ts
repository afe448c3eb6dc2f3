import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SqliteJournal, SqliteSubjectStore } from '@tutti/adapter-sqlite';
import { createContractApp } from '@tutti/contract-service';
import { parseModel } from '@tutti/model';
import { createBackbone } from '@tutti/runtime';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { call, decide } from '../services/standalone/src/testing/http.js';
import { SHOP } from '../services/standalone/src/testing/shop.js';
import { expectAlive, good } from './support/hostile.js';
import { ShopFolder } from './support/shop-process.js';

const MIB = 1024 * 1024;
let folder: ShopFolder;
let undo: (() => Promise<void> | void)[];
beforeEach(() => {
  folder = new ShopFolder();
  undo = [];
});
afterEach(async () => {
  for (const step of undo.toReversed()) await step();
  await folder.remove();
});

/** A running shop whose space can be taken away and given back. */
interface TightShop {
  url: string;
  take(): void;
  give(): void;
}

/** A file system in memory that is really full, where this user may mount one. */
function mount(): boolean {
  mkdirSync(folder.data);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', folder.data], { stdio: 'ignore' });
  } catch {
    return false;
  }
  const { data } = folder;
  // Before the folder is taken away, and after its process has ended: lazily.
  undo.push(() => void execFileSync('umount', ['-l', data]));
  return true;
}

async function onFullDisk(): Promise<TightShop> {
  const { url } = await folder.serve();
  const ballast = join(folder.data, 'ballast');
  return {
    url,
    take() {
      const { bavail, bsize } = statfsSync(folder.data);
      writeFileSync(ballast, Buffer.alloc(Math.max(0, bavail * bsize)));
    },
    give: () => rmSync(ballast),
  };
}

async function withPageLimit(): Promise<TightShop> {
  const journal = SqliteJournal.open(join(folder.folder, 'journal.sqlite'));
  const store = SqliteSubjectStore.open(join(folder.folder, 'store.sqlite'));
  const definition = parseModel(SHOP, 'shop.tutti.yaml').definition!;
  const model = { definition, by: 'spec', because: 'spec', evenIfChanged: false, breaking: false };
  const backbone = await createBackbone({ space: 'shop', trust: 'network', journal, store, model });
  const outcome = async (): Promise<string> => '';
  const app = await createContractApp({ backbone, outcome, logger: pino({ level: 'silent' }) });
  undo.push(async () => {
    await app.close();
    await backbone.close();
  });
  const limit = (bytes: number | undefined): void => {
    journal.limitSize(bytes);
    store.limitSize(bytes);
  };
  const { url } = await app.listen({ host: '127.0.0.1', port: 0 });
  // A database cannot be limited to less than it has: a little room is left, and used up.
  return { url, take: () => limit(MIB), give: () => limit(undefined) };
}

const wide = () => good({ data: { seller: 'seller-3', total: 1, note: randomBytes(120).toString('hex') } });
const readiness = async (url: string) => (await call(url, '/health/ready')).body;

describe('a disk that is full', () => {
  it.each([
    ['a real one', async () => (mount() ? onFullDisk() : withPageLimit())],
    ['a limit on pages', withPageLimit],
  ])('%s: 503 and disk-full, and once there is space everything goes on, nothing lost or doubled', async (_, begin) => {
    const shop = await begin();
    const acknowledged: ReturnType<typeof good>[] = [];
    shop.take();
    let waiting: ReturnType<typeof good>[] = [];
    while (waiting.length === 0) {
      const sent = Array.from({ length: 200 }, wide);
      const answers = await Promise.all(sent.map((one) => decide(shop.url, one, { prefer: 'wait=5' })));
      for (const [i, { status, body }] of answers.entries()) {
        if (status === 201) acknowledged.push(sent[i]!);
        else {
          expect([503, 504]).toContain(status);
          expect(body).toMatchObject({ recorded: false, retryable: true });
          waiting.push(sent[i]!);
        }
      }
    }
    // It says what is wrong, refuses at once or in bounded time, lives, and reads.
    const told = await readiness(shop.url);
    expect(told).toMatchObject({ code: 'unavailable', status: 503 });
    expect(told.errors.map(({ code }: { code: string }) => code)).toContain('disk-full');
    expect((await call(shop.url, '/health/live')).status).toBe(200);
    const page = await call(shop.url, '/v1/verdicts?limit=1000');
    expect(page.status).toBe(200);

    shop.give();
    for (const one of waiting) {
      let answer = await decide(shop.url, one);
      while (answer.status === 503 || answer.status === 504) answer = await decide(shop.url, one);
      expect(answer.status, answer.text).toBe(201);
    }
    // What waited is written after a pause; then nothing is wrong any more.
    while ((await call(shop.url, '/health/ready')).status !== 200);
    await expectAlive(shop.url);
    const all = [...acknowledged, ...waiting];
    for (const { subject, id } of all) {
      const { verdicts } = (await call(shop.url, `/v1/subjects/${subject}/history`)).body;
      expect(verdicts.map(({ decision }: { decision: { id: string } }) => decision.id)).toEqual([id]);
    }
    // The index has caught up too.
    const { id, subject } = all[0]!;
    const found = await call(shop.url, `/v1/decisions/buyer-9/${id}`);
    expect(found.body, found.text).toMatchObject({ accepted: true, subject: { id: subject } });
  });

  it('does not keep the process from ending in order, and costs nothing that was acknowledged', async () => {
    if (!mount()) expect(process.geteuid?.()).not.toBe(0);
    const one = await folder.serve();
    const ballast = join(folder.data, 'ballast');
    const sent = Array.from({ length: 20 }, () => good());
    for (const each of sent) expect((await decide(one.url, each)).status).toBe(201);
    const { bavail, bsize } = statfsSync(folder.data);
    if (bavail * bsize < 32 * MIB) writeFileSync(ballast, Buffer.alloc(bavail * bsize));
    expect(await one.stop(), one.printed()).toBe(0);
    rmSync(ballast, { force: true });
    const { url } = await folder.serve();
    for (const { subject } of sent) expect((await call(url, `/v1/subjects/${subject}`)).body.sequence).toBe(1);
  });

  it('is refused at a start', async () => {
    if (!mount()) return expect(process.geteuid?.()).not.toBe(0);
    const { bavail, bsize } = statfsSync(folder.data);
    writeFileSync(join(folder.data, 'ballast'), Buffer.alloc(bavail * bsize));
    const { code, said } = await folder.refused();
    expect(said).toMatch(/^disk-full {2}/m);
    expect(code).toBe(1);
  });
});
