import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { call, decide } from '../services/standalone/src/testing/http.js';
import { SHOP } from '../services/standalone/src/testing/shop.js';
import { expectAlive, good } from './support/hostile.js';
import { startTutti, type StartTuttiOptions, type TestTutti } from '@tutti/testing';
import { ShopFolder } from './support/shop-process.js';

let shop: ShopFolder;
beforeEach(() => {
  shop = new ShopFolder();
});
afterEach(() => shop.remove());

const file = (name: string): string => join(shop.data, name);
const change = (name: string, sql: string): void => {
  const database = new DatabaseSync(file(name));
  database.exec(sql);
  database.close();
};

const here: TestTutti[] = [];
afterEach(async () => {
  for (const one of here.splice(0)) await one.close();
});

/** Starts the shop in this process, on the folder. */
async function start(options: StartTuttiOptions = {}): Promise<TestTutti> {
  const one = await startTutti({ data: shop.data, model: shop.model, ...options });
  here.push(one);
  return one;
}

/** Runs the shop once, with some decisions, and ends it in order. */
async function ranBefore(options: StartTuttiOptions = {}): Promise<string[]> {
  const one = await start(options);
  const subjects = await place(one.url, 5);
  await one.close();
  return subjects;
}

async function place(url: string, count: number): Promise<string[]> {
  const sent = Array.from({ length: count }, () => good());
  for (const each of sent) expect((await decide(url, each)).status).toBe(201);
  return sent.map(({ subject }) => subject);
}

const states = (url: string, subjects: readonly string[]): Promise<unknown[]> =>
  Promise.all(subjects.map(async (id) => (await call(url, `/v1/subjects/${id}`)).body as unknown));

/** A start in a process of its own that must be refused with this code and exit code. */
async function expectRefused(code: string, env: Record<string, string> = {}, exit = 1, uid?: number): Promise<string> {
  const { code: exitCode, said } = await shop.refused(env, [shop.model], uid);
  expect(said).toMatch(new RegExp(`^${code}  `, 'm'));
  expect(said).not.toMatch(/^\s+at /m);
  expect(exitCode).toBe(exit);
  return said;
}

/** A start in this process that must be refused with this code. */
async function expectRefusedHere(code: string, options: StartTuttiOptions = {}): Promise<void> {
  await expect(start(options)).rejects.toMatchObject({ code, message: expect.stringMatching(/\w/) });
}

describe('a data folder', () => {
  it('that another process has is refused, and that one is not harmed', async () => {
    const first = await shop.serve();
    const subjects = await place(first.url, 3);
    const said = await expectRefused('data-locked');
    expect(said).toContain(`process ${first.child.pid}`);
    await expectAlive(first.url);
    first.child.kill('SIGKILL');
    await first.ended;
    // The lock goes with its process, however it ends.
    const second = await shop.serve();
    expect(await states(second.url, subjects)).toMatchObject([{ sequence: 1 }, { sequence: 1 }, { sequence: 1 }]);
  });

  it('that may not be written is refused', async () => {
    const nobody = 65_534;
    mkdirSync(shop.data);
    chmodSync(shop.folder, 0o755);
    chmodSync(shop.data, 0o555);
    const uid = process.geteuid?.() === 0 ? nobody : undefined;
    await expectRefused('data-read-only', {}, 1, uid);
    if (uid !== undefined) chownSync(shop.data, uid, uid);
    chmodSync(shop.data, 0o755);
    const one = await shop.serve({}, uid);
    await place(one.url, 1);
    expect(await one.stop()).toBe(0);
    chmodSync(file('journal.sqlite'), 0o444);
    await expectRefused('data-read-only', {}, 1, uid);
  });

  it('that is a file is refused', async () => {
    writeFileSync(shop.data, 'x');
    await expectRefusedHere('data-unusable');
    expect(readFileSync(shop.data, 'utf8')).toBe('x');
  });
});

describe('a journal', () => {
  it('of another file version is refused, and left as it is', async () => {
    await ranBefore();
    change('journal.sqlite', `UPDATE meta SET value = 9 WHERE key = 'format'`);
    await expectRefused('journal-version');
    change('journal.sqlite', `UPDATE meta SET value = 1 WHERE key = 'format'`);
    await expectAlive((await start()).url);
  });

  it('of another partition count, space or trust is refused', async () => {
    const subjects = await ranBefore({ partitions: 3 });
    await expectRefused('partitions-differ', { TUTTI_PARTITIONS: '4' });
    await expectRefusedHere('space-differs', { space: 'another' });
    await expectRefusedHere('trust-differs', { trust: 'signed' });
    const { url } = await start();
    expect(await states(url, subjects)).toMatchObject(subjects.map((id) => ({ id, sequence: 1 })));
  });

  it.each<[string, (path: string) => void]>([
    ['overwritten', (path) => writeFileSync(path, 'no database at all. '.repeat(1_000))],
    ['cut off', (path) => truncateSync(path, 20_000)],
    [
      'with a record changed',
      () =>
        change(
          'journal.sqlite',
          `UPDATE blocks SET bytes = CAST(replace(CAST(bytes AS TEXT), '"kind"', '"kunt"') AS BLOB) WHERE codec = 'json'`,
        ),
    ],
    ['with a block taken out', () => change('journal.sqlite', 'DELETE FROM blocks WHERE first = 1')],
  ])('that is damaged (%s) is refused, and never begun anew', async (_, damage) => {
    await ranBefore({ partitions: 1 });
    damage(file('journal.sqlite'));
    // Without its cache everything has to be read from the journal.
    rmSync(file('store.sqlite'), { force: true });
    for (let times = 0; times < 2; times++) await expectRefusedHere('journal-corrupt');
  });

  it('that went back to an earlier copy leaves store and index behind: both are discarded', async () => {
    const kept = await ranBefore();
    copyFileSync(file('journal.sqlite'), file('copy'));
    const one = await start();
    const gone = await place(one.url, 40);
    await one.close();
    copyFileSync(file('copy'), file('journal.sqlite'));
    const { url } = await start();
    expect(await states(url, kept)).toMatchObject(kept.map((id) => ({ id, sequence: 1 })));
    expect(await states(url, gone)).toMatchObject(gone.map(() => ({ code: 'not-found' })));
    await place(url, 10);
    const page = await call(url, '/v1/verdicts?limit=1000');
    for (const { decision, position } of page.body.verdicts) {
      const found = await call(url, `/v1/decisions/buyer-9/${decision.id}`);
      expect(found.body.position, decision.id).toBe(position);
    }
    expect(page.body.verdicts).toHaveLength(15);
  });
});

describe('a store', () => {
  it.each(['store.sqlite', 'index.sqlite'])('%s that is damaged, or gone, is built again', async (name) => {
    const subjects = await ranBefore();
    writeFileSync(file(name), 'no database at all. '.repeat(1_000));
    const one = await start();
    expect(await states(one.url, subjects)).toMatchObject(subjects.map((id) => ({ id, state: 'placed', sequence: 1 })));
    await expectAlive(one.url);
    await one.close();
    rmSync(file(name));
    const { url } = await start();
    expect(await states(url, subjects)).toMatchObject(subjects.map((id) => ({ id, sequence: 1 })));
    const page = await call(url, '/v1/verdicts?limit=1000');
    for (const { decision, position } of page.body.verdicts) {
      expect((await call(url, `/v1/decisions/buyer-9/${decision.id}`)).body.position).toBe(position);
    }
  });
});

describe('a model that does not parse', () => {
  const wrong = SHOP.replace('placed -> shipped', 'placed -> shiped');

  it('is refused where there is none before, with the place', async () => {
    writeFileSync(shop.model, wrong);
    const { code, said } = await shop.refused();
    expect(code).toBe(1);
    expect(said).toMatch(/shop\.tutti\.yaml:\d+:\d+ [^]*shiped[^]*\^\^\^\^\^\^/);
  });

  it('leaves the one before in force: at the start, and when it is saved', async () => {
    await ranBefore();
    writeFileSync(shop.model, wrong);
    const one = await shop.serve();
    await one.says(/shop\.tutti\.yaml:\d+:\d+ /);
    await expectAlive(one.url);
    const before = one.printed().length;
    writeFileSync(shop.model, 'interaction: [[[');
    await one.says(/shop\.tutti\.yaml:1:\d+ [^]*\^/);
    expect(one.printed().length).toBeGreaterThan(before);
    await expectAlive(one.url);
    expect((await call(one.url, '/v1/model')).body.revision).toBe(1);
    writeFileSync(shop.model, SHOP.replace('note?: string', 'note?: string\n          gift?: boolean'));
    await one.says(/model 2 in force/);
    await expectAlive(one.url);
  });

  it.each(['\0\0\0', '', '- 1', '&a [*a]', '!!js/function "x"', '\ud800'.repeat(3)])('%j is refused', async (text) => {
    writeFileSync(shop.model, text);
    await expectRefusedHere('model-invalid');
  });
});

describe('where it is to run', () => {
  it('a port in use is refused where it was named; else the next free one is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    expect(await expectRefused('port-in-use', { TUTTI_PORT: String(port) })).toContain(String(port));
    server.close();
    const [first, second] = [await shop.serve({ TUTTI_PORT: '' }), new ShopFolder()];
    try {
      const other = await second.serve({ TUTTI_PORT: '' });
      expect(other.port).not.toBe(first.port);
      await expectAlive(other.url);
      await expectAlive(first.url);
    } finally {
      await second.remove();
    }
  });

  it('variables that are wrong are refused, each by its name, and nothing is made', async () => {
    const wrong = {
      TUTTI_PORT: '0x50',
      TUTTI_PARTITIONS: '1e2',
      TUTTI_TRUST: 'nobody',
      TUTTI_SPACE: '../x',
      TUTTI_OPERATOR_TOKEN: 'short',
      TUTTI_WATCH: '1',
      TUTTI_LOG: 'loud',
      TUTTI_UNKNOWN: '1',
    };
    const said = await expectRefused('config-invalid', wrong, 2);
    const line = said.split('\n').find((one) => one.startsWith('config-invalid'));
    for (const name of Object.keys(wrong)) expect(line).toContain(name);
    expect(() => readFileSync(file('journal.sqlite'))).toThrow(/ENOENT/);
  });
});
