import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  migrate,
  PostgresJournal,
  PostgresLeases,
  PostgresProjectionStore,
  PostgresSubjectStore,
} from '@tutti/adapter-postgres';
import {
  JournalReader,
  JournalUnavailableError,
  makeBlock,
  MAX_BLOCK_BYTES,
  RevisionConflictError,
  StoreUnavailableError,
  type Block,
  type Journal,
} from '@tutti/runtime';
import {
  describeJournal,
  describeLeases,
  describeProjectionStore,
  describeSubjectStore,
  type Ground,
} from '@tutti/runtime/conformance';
import { startPostgres, type PostgresServer } from '@tutti/testing';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.close());

describeJournal(
  'PostgreSQL',
  onTables((url) => PostgresJournal.open(url)),
);
describeSubjectStore(
  'PostgreSQL',
  onTables((url) => PostgresSubjectStore.open(url)),
);
describeLeases(
  'PostgreSQL',
  onTables((url) => PostgresLeases.open(url)),
);
describeProjectionStore(
  'PostgreSQL',
  onTables((url) => PostgresProjectionStore.open(url)),
);

describe('a server that goes away', () => {
  it.each(['fast', 'immediate'] as const)('(%s) costs no append and doubles none', async (mode) => {
    // given three streams that are appended to, several blocks at a time, each again until it is known to be there
    const journal = await PostgresJournal.open(await server.createDatabase());
    const blocks = ['a', 'b', 'c'].map((stream) => chain(stream, 60));
    let appended = 0;
    let failures = 0;
    const stops = new Map([20, 70, 120].map((at) => [at, Promise.withResolvers<void>()]));
    const append = async (stream: string, block: Block): Promise<void> => {
      for (;;) {
        try {
          await journal.append(stream, block);
          appended += 1;
          stops.get(appended)?.resolve();
          return;
        } catch (error) {
          expect(error).toBeInstanceOf(JournalUnavailableError);
          failures += 1;
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      }
    };
    const work = Promise.all(
      blocks.map(async (chained, index) => {
        const stream = 'abc'[index]!;
        for (let at = 0; at < chained.length; at += 3) {
          // Behind one that failed, others fail too, and go in again in order.
          const some = chained.slice(at, at + 3);
          const results = await Promise.allSettled(some.map((block) => journal.append(stream, block)));
          for (const [offset, { status }] of results.entries()) {
            if (status === 'fulfilled') stops.get((appended += 1))?.resolve();
            else await append(stream, some[offset]!);
          }
        }
      }),
    );
    // when it is stopped and started meanwhile
    for (const { promise } of stops.values()) {
      await promise;
      await server.stop(mode);
      await server.start();
    }
    await work;
    // then each block is there once, in order
    expect(failures).toBeGreaterThan(0);
    for (const [index, chained] of blocks.entries()) {
      expect(await idsOf(journal, 'abc'[index]!)).toEqual(chained.map(({ id }) => id));
    }
    await journal.close();
  });

  it('wakes followers again once it is back', async () => {
    const url = await server.createDatabase();
    const [journal, other] = [await PostgresJournal.open(url), await PostgresJournal.open(url)];
    const [first, second] = chain('a', 2);
    const wakes: (() => void)[] = [];
    const woken = (): Promise<void> => new Promise((resolve) => wakes.push(resolve));
    journal.follow('a', () => wakes.splice(0).forEach((wake) => wake()));
    let wake = woken();
    await other.append('a', first!);
    await wake;
    await server.stop();
    await server.start();
    await settled(journal);
    wake = woken();
    await retried(() => other.append('a', second!));
    await wake;
    await journal.close();
    await other.close();
  });

  it('is told as such by every port, and does not end the process', async () => {
    const url = await server.createDatabase();
    const journal = await PostgresJournal.open(url);
    const store = await PostgresSubjectStore.open(url);
    const leases = await PostgresLeases.open(url);
    const projections = await PostgresProjectionStore.open(url);
    journal.follow('a', () => undefined);
    await Promise.all([journal.streams(), store.checkpoint(0), leases.holders(), projections.counts()]);
    await server.stop();
    const refused: [Promise<unknown>, typeof JournalUnavailableError | typeof StoreUnavailableError][] = [
      [caught(journal.append('a', chain('a', 1)[0]!)), JournalUnavailableError],
      [caught(journal.read('a', 0)), JournalUnavailableError],
      [caught(PostgresJournal.open(url)), JournalUnavailableError],
      [caught(store.commit(0, undefined, { revision: 1, term: 1 }, [])), StoreUnavailableError],
      [caught(leases.hold('a', 'b', 1)), StoreUnavailableError],
      [caught(projections.find(Buffer.alloc(16))), StoreUnavailableError],
      [caught(migrate(url)), StoreUnavailableError],
    ];
    for (const [call, kind] of refused) {
      const failure = await call;
      expect(failure).toBeInstanceOf(kind);
      expect(failure).toMatchObject({ retryable: true });
      expect(JSON.stringify(failure)).not.toContain(new URL(url).password);
    }
    await server.start();
    await retried(() => journal.append('a', chain('a', 1)[0]!));
    expect(await retried(() => store.commit(0, undefined, { revision: 1, term: 1 }, []))).toBe(true);
    for (const client of [journal, store, leases, projections]) await client.close();
  });

  it('may freeze in the middle of an append, which is then there once', async () => {
    const journal = await PostgresJournal.open(`${await server.createDatabase()}?query_timeout=300`);
    const [first, second, third] = chain('a', 3);
    await journal.append('a', first!);
    await server.pause();
    const failures = await Promise.all([caught(journal.append('a', second!)), caught(journal.append('a', third!))]);
    await server.resume();
    for (const failure of failures) expect(failure).toBeInstanceOf(JournalUnavailableError);
    await retried(() => journal.append('a', second!));
    await retried(() => journal.append('a', third!));
    expect(await idsOf(journal, 'a')).toEqual([first, second, third].map((block) => block!.id));
    await journal.close();
  });

  it('loses no append when it crashes, even if the server is told not to wait for its disk', async () => {
    const url = await server.createDatabase();
    await ask(url, `ALTER DATABASE ${new URL(url).pathname.slice(1)} SET synchronous_commit = off`);
    const journal = await PostgresJournal.open(url);
    const blocks = chain('a', 30);
    for (const block of blocks) await journal.append('a', block);
    await server.stop('immediate');
    await server.start();
    expect(await retried(() => idsOf(journal, 'a'))).toEqual(blocks.map(({ id }) => id));
    await journal.close();
  });
});

describe('two writers of one stream', () => {
  it('make one chain of blocks, in which each has what it was told it has', async () => {
    const url = await server.createDatabase();
    const journals = await Promise.all([PostgresJournal.open(url), PostgresJournal.open(url)]);
    const won = await Promise.all(
      journals.map(async (journal, writer) => {
        const own: string[] = [];
        for (let end = 0; own.length < 40;) {
          const block = blockAt('a', end, `by ${writer}`);
          try {
            await journal.append('a', block);
            own.push(block.id);
            end += block.count;
          } catch (error) {
            expect(error).toBeInstanceOf(RevisionConflictError);
            end = (error as RevisionConflictError).actual;
          }
        }
        return own;
      }),
    );
    const all = await idsOf(journals[0]!, 'a');
    expect(all).toHaveLength(80);
    for (const own of won) expect(all.filter((id) => own.includes(id))).toEqual(own);
    for (const journal of journals) await journal.close();
  });
});

describe('large blocks', () => {
  it('of 768 KiB that do not compress come back whole, fewer a page', async () => {
    const journal = await PostgresJournal.open(await server.createDatabase());
    const blocks: Block[] = [];
    for (let end = 0; blocks.length < 16;) {
      const noise = randomText(MAX_BLOCK_BYTES - 1_024, blocks.length + 1);
      const block = blockAt('a', end, noise);
      blocks.push(block);
      end += block.count;
    }
    await Promise.all(blocks.map((block) => journal.append('a', block)));
    const page = await journal.read('a', 0);
    expect(page.length).toBeGreaterThan(1);
    expect(page.length).toBeLessThan(blocks.length);
    expect(await idsOf(journal, 'a')).toEqual(blocks.map(({ id }) => id));
    await journal.close();
  });
});

describe('following', () => {
  it('notices an append whose notification was lost', async () => {
    const url = await server.createDatabase();
    const journal = await PostgresJournal.open(url);
    const [first, second] = chain('a', 2);
    await journal.append('a', first!);
    const wakes: (() => void)[] = [];
    journal.follow('a', () => wakes.splice(0).forEach((wake) => wake()));
    await new Promise<void>((resolve) => wakes.push(resolve));
    await settled(journal);
    // when another writer ends between its commit and its NOTIFY
    const woken = new Promise<void>((resolve) => wakes.push(resolve));
    const { first: at, count, term, id, bytes } = second!;
    const row = `ARRAY['a'], ARRAY[${at}], ARRAY[${count}], ARRAY[${term}], ARRAY['${id}'], ARRAY['json']`;
    await ask(url, `SELECT tutti.append_blocks(${row}, ARRAY['\\x${Buffer.from(bytes).toString('hex')}'::bytea])`);
    await woken;
    expect(await idsOf(journal, 'a')).toEqual([first!.id, id]);
    await journal.close();
  });
});

describe('the tables', () => {
  it('are made once, however many processes start at once', async () => {
    const url = await server.createDatabase();
    const opened = await Promise.all([
      ...Array.from({ length: 4 }, () => PostgresJournal.open(url)),
      ...Array.from({ length: 4 }, () => PostgresSubjectStore.open(url)),
      ...Array.from({ length: 4 }, () => PostgresLeases.open(url)),
      migrate(url).then(() => PostgresProjectionStore.open(url)),
    ]);
    for (const client of opened) await client.close();
    expect(await ask(url, 'SELECT name FROM tutti.migrations')).toEqual([{ name: '001-first-tables' }]);
  });

  it('of a later release are left alone', async () => {
    const url = await server.createDatabase();
    await migrate(url);
    await ask(url, `INSERT INTO tutti.migrations VALUES ('999-later', 'now')`);
    for (const open of [migrate, PostgresJournal.open, PostgresLeases.open]) {
      expect(await caught(open(url))).toMatchObject({ code: 'store-version', facts: { unknown: ['999-later'] } });
    }
  });

  it('of several spaces lie in one database, each in a schema of its own', async () => {
    const url = await server.createDatabase();
    const [one, two] = [
      await PostgresJournal.open(`${url}?schema=one`),
      await PostgresJournal.open(url, { schema: 'two' }),
    ];
    const followed = new Promise<void>((resolve) => one.follow('a', resolve));
    await one.append('a', chain('a', 1)[0]!);
    await followed;
    expect(await two.streams()).toEqual([]);
    expect(await one.streams()).toEqual(['a']);
    await one.close();
    await two.close();
  });

  it('may be made by another user than the one who uses them', async () => {
    const url = await server.createDatabase();
    await migrate(url);
    await ask(
      url,
      `DO $$ BEGIN CREATE ROLE service LOGIN PASSWORD 'sesame'; EXCEPTION WHEN duplicate_object THEN END $$`,
    );
    await ask(url, 'GRANT USAGE ON SCHEMA tutti TO service');
    await ask(url, 'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA tutti TO service');
    const own = Object.assign(new URL(url), { username: 'service', password: 'sesame' }).href;
    const journal = await PostgresJournal.open(own);
    await journal.append('a', chain('a', 1)[0]!);
    const store = await PostgresSubjectStore.open(own);
    expect(await store.commit(0, undefined, { revision: 1, term: 1 }, [])).toBe(true);
    await journal.close();
    await store.close();
    // and one who may not is told so
    const other = Object.assign(new URL(await server.createDatabase()), { username: 'service', password: 'sesame' });
    expect(await caught(PostgresJournal.open(other.href))).toMatchObject({ code: 'database-refused' });
  });
});

describe('a database that may not be used', () => {
  it.each([
    ['a wrong password', (url: URL) => void (url.password = 'wrong'), 'database-refused'],
    ['another database', (url: URL) => void (url.pathname = '/nowhere'), 'database-refused'],
    ['encryption that it does not offer', (url: URL) => void (url.search = '?sslmode=verify-full'), 'database-refused'],
    ['a schema that cannot be one', (url: URL) => void (url.search = '?schema=a;b'), 'config-invalid'],
    ['another protocol', (url: URL) => void (url.href = url.href.replace('postgres:', 'esdb:')), 'config-invalid'],
  ])('because of %s says so', async (_, change, code) => {
    const url = new URL(server.url);
    const { password } = url;
    change(url);
    for (const open of [PostgresJournal.open, PostgresSubjectStore.open, PostgresLeases.open]) {
      const failure = (await caught(open(url.href))) as Error;
      expect(failure).toMatchObject({ code, retryable: false });
      expect(`${failure.message}${JSON.stringify(failure)}`).not.toContain(password);
    }
  });

  it('for writing refuses appends until it may', async () => {
    const url = await server.createDatabase();
    const name = new URL(url).pathname.slice(1);
    const journal = await PostgresJournal.open(url);
    await ask(url, `ALTER DATABASE ${name} SET default_transaction_read_only = on`);
    const standby = await PostgresJournal.open(url);
    const [block] = chain('a', 1);
    const failure = await caught(standby.append('a', block!));
    expect(failure).toBeInstanceOf(JournalUnavailableError);
    expect(failure).toMatchObject({ code: 'data-read-only', retryable: true });
    expect(await standby.read('a', 0)).toEqual([]);
    await ask(url, `BEGIN READ WRITE; ALTER DATABASE ${name} RESET default_transaction_read_only; COMMIT`);
    await standby.append('a', block!);
    expect(await idsOf(journal, 'a')).toEqual([block!.id]);
    await journal.close();
    await standby.close();
  });
});

describe('the server for tests', () => {
  it('says so when its port is taken', async () => {
    const failure = await caught(startPostgres({ port: server.port }));
    expect(failure).toMatchObject({ code: 'postgres-start', where: `127.0.0.1:${server.port}` });
  });

  it('keeps its data in a folder of ours, and uses no other', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tutti-own-'));
    const first = await startPostgres({ folder });
    await ask(first.url, 'CREATE TABLE kept AS SELECT 7 AS number');
    await first.close();
    const second = await startPostgres({ folder, settings: { fsync: 'off' } });
    expect(await ask(second.url, 'SELECT number FROM kept')).toEqual([{ number: 7 }]);
    expect(await ask(second.url, 'SHOW fsync')).toEqual([{ fsync: 'off' }]);
    expect(await ask(server.url, 'SHOW fsync')).toEqual([{ fsync: 'on' }]);
    await second.close();
    await rm(folder, { recursive: true });
  });
});

/** Room in one database whose tables are emptied for each test. */
function onTables<T>(open: (url: string) => Promise<T>): () => Promise<Ground<T>> {
  let url: string | undefined;
  return async () => {
    url ??= await server.createDatabase();
    await migrate(url);
    const tables = await ask(url, `SELECT tablename FROM pg_tables WHERE schemaname = 'tutti'`);
    const names = tables.map(({ tablename }) => `tutti.${tablename as string}`);
    const ours = names.filter((name) => !name.includes('migrations'));
    await ask(url, `TRUNCATE ${ours.join(', ')}`);
    const own = url;
    return { open: () => open(own), clear: async () => undefined };
  };
}

async function ask(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

function blockAt(stream: string, first: number, mark: string, term = 1): Block {
  const lines = [JSON.stringify({ kind: 'sample', mark })];
  return makeBlock({ stream, first, term, next: null, atMs: 0, engine: 'test', lines });
}

/** So many blocks that follow each other from the start of a stream. */
function chain(stream: string, blocks: number): Block[] {
  const chained: Block[] = [];
  for (let end = 0; chained.length < blocks; end += chained.at(-1)!.count)
    chained.push(blockAt(stream, end, `at ${end}`));
  return chained;
}

/** Text that does not compress. */
function randomText(characters: number, seed: number): string {
  const bytes = Buffer.alloc(Math.ceil((characters * 3) / 4));
  let state = seed;
  for (let at = 0; at < bytes.length; at += 1) {
    // Lehmer's generator, Park and Miller 1988.
    state = (state * 48_271) % 2_147_483_647;
    bytes[at] = state >> 8;
  }
  return bytes.toString('base64').slice(0, characters);
}

/** Ids of all blocks, read page by page with every check that the runtime makes. */
async function idsOf(journal: Journal, stream: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const { first } of new JournalReader(journal, stream).blocks(0)) {
    ids.push((await journal.read(stream, first, 1))[0]!.id);
  }
  return ids;
}

/** Resolves when a journal answers again. */
function settled(journal: Journal): Promise<unknown> {
  return retried(() => journal.streams());
}

async function retried<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof JournalUnavailableError) && !(error instanceof StoreUnavailableError)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

async function caught(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
  } catch (error) {
    return error;
  }
  throw new Error('it was not refused');
}
