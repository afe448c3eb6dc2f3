import {
  chmodSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
  closeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { JournalReader, JournalUnavailableError, makeBlock, StoreUnavailableError, type Block } from '@tutti/runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDataFolder, SqliteJournal, SqliteSubjectStore } from '@tutti/adapter-sqlite';

let folder: string;
let journalPath: string;
let storePath: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tutti-faults-'));
  journalPath = join(folder, 'journal.sqlite');
  storePath = join(folder, 'store.sqlite');
});
afterEach(() => {
  chmodSync(folder, 0o755);
  rmSync(folder, { recursive: true });
});

describe('a full disk', () => {
  it('refuses appends, keeps what was acknowledged, and goes on once there is space', async () => {
    // given a journal that may grow to half a megabyte
    const journal = SqliteJournal.open(journalPath);
    journal.limitSize(512 * 1024);
    // when blocks are appended, two streams at a time, until it is full
    const ends: Record<string, number> = { a: 0, b: 0 };
    let refused: { stream: string; block: Block }[] = [];
    while (refused.length === 0) {
      const pair = ['a', 'b'].map((stream) => ({ stream, block: largeBlock(stream, ends[stream]!) }));
      const results = await Promise.allSettled(pair.map(({ stream, block }) => journal.append(stream, block)));
      for (const [index, result] of results.entries()) {
        const { stream, block } = pair[index]!;
        if (result.status === 'fulfilled') {
          ends[stream] = block.first + block.count;
        } else {
          expect(result.reason).toBeInstanceOf(JournalUnavailableError);
          expect(result.reason).toMatchObject({ code: 'disk-full', retryable: true, where: journalPath });
          refused.push(pair[index]!);
        }
      }
    }
    // then all that was acknowledged is there, and nothing else
    for (const stream of ['a', 'b']) expect(await countRecords(journal, stream)).toBe(ends[stream]);
    // and the same blocks go in once there is space
    journal.limitSize(undefined);
    for (const { stream, block } of refused) await journal.append(stream, block);
    await journal.close();
    const again = SqliteJournal.open(journalPath);
    for (const { stream, block } of refused) {
      expect((await again.last(stream))?.id).toBe(block.id);
      expect(await countRecords(again, stream)).toBe(block.first + block.count);
    }
    await again.close();
  });

  it('does not lose a new stream that did not fit', async () => {
    const journal = SqliteJournal.open(journalPath);
    journal.limitSize(48 * 1024);
    await expect(journal.append('new', largeBlock('new', 0))).rejects.toMatchObject({ code: 'disk-full' });
    expect(await journal.streams()).toEqual([]);
    journal.limitSize(undefined);
    await journal.append('new', largeBlock('new', 0));
    expect(await countRecords(journal, 'new')).toBe(largeBlock('new', 0).count);
    await journal.close();
  });

  it('refuses a commit of the store whole', async () => {
    const store = SqliteSubjectStore.open(storePath);
    await store.commit(0, undefined, { revision: 1, term: 1 }, [
      { id: 'a', state: '"old"', dueAtMs: 1, chunks: new Map() },
    ]);
    store.limitSize(256 * 1024);
    const rows = Array.from({ length: 2_000 }, (_, index) => ({
      id: index === 0 ? 'a' : `b${index}`,
      state: JSON.stringify(text(400, index)),
      dueAtMs: null,
      chunks: new Map(),
    }));
    const commit = () => store.commit(0, { revision: 1, term: 1 }, { revision: 2, term: 1 }, rows);
    const failure = await commit().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StoreUnavailableError);
    expect(failure).toMatchObject({ code: 'disk-full', retryable: true });
    expect(await store.checkpoint(0)).toEqual({ revision: 1, term: 1 });
    expect((await store.read(0, ['a']))[0]?.state).toBe('"old"');
    expect(await store.ids(0, 'a', 9)).toEqual([]);
    store.limitSize(undefined);
    expect(await commit()).toBe(true);
    await store.close();
  });
});

describe('a data folder that may not be written', () => {
  it('is refused: the folder', () => {
    chmodSync(folder, 0o555);
    expect(asNobody(() => openDataFolder(folder))).toMatchObject({ code: 'data-read-only', where: folder });
  });

  it('is refused: its parent', () => {
    chmodSync(folder, 0o555);
    expect(asNobody(() => openDataFolder(join(folder, 'new')))).toMatchObject({ code: 'data-read-only' });
  });

  it('is refused: a file in it', async () => {
    await openDataFolder(folder).close();
    chmodSync(folder, 0o777);
    chmodSync(join(folder, 'lock.sqlite'), 0o666);
    chmodSync(journalPath, 0o444);
    expect(asNobody(() => openDataFolder(folder))).toMatchObject({ code: 'data-read-only', where: journalPath });
  });
});

describe('a folder that is none', () => {
  it('is refused', () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    expect(refusal(() => openDataFolder(file))).toMatchObject({ code: 'data-unusable', where: file });
  });
});

describe('a damaged journal', () => {
  it('is refused where its file is no database', () => {
    writeFileSync(journalPath, 'not a database at all, but long enough to be looked at. '.repeat(40));
    expect(refusal(() => openDataFolder(folder))).toMatchObject({
      code: 'journal-corrupt',
      where: journalPath,
      retryable: false,
    });
    expect(readFileSync(journalPath, 'latin1')).toContain('not a database');
  });

  it('says so where its pages are damaged', async () => {
    const journal = SqliteJournal.open(journalPath);
    for (let first = 0; first < 60; first += 3) await journal.append('a', largeBlock('a', first));
    await journal.close();
    const file = openSync(journalPath, 'r+');
    const pages = statSync(journalPath).size / 8192;
    for (let page = 4; page < pages; page += 1) writeSync(file, Buffer.alloc(8192, 0x5a), 0, 8192, page * 8192);
    closeSync(file);
    const damaged = SqliteJournal.open(journalPath);
    await expect(countRecords(damaged, 'a')).rejects.toMatchObject({ code: 'journal-corrupt', retryable: false });
    await damaged.close();
  });

  it.each([
    [
      'bytes were changed',
      `UPDATE blocks SET bytes = CAST(replace(CAST(bytes AS TEXT), 'kept', 'mept') AS BLOB) WHERE first = 2`,
      2,
    ],
    ['the term was changed', 'UPDATE blocks SET term = 7 WHERE first = 2', 2],
    ['a block was taken out', 'DELETE FROM blocks WHERE first = 2', 2],
    ['the codec is unknown', `UPDATE blocks SET codec = 'rot13' WHERE first = 2`, 2],
    ['the codec is wrong', `UPDATE blocks SET codec = 'zstd' WHERE first = 2`, 2],
    ['the count is wrong', 'UPDATE blocks SET count = 3 WHERE first = 2', 2],
  ])('says where: %s', async (_, sql, revision) => {
    const journal = SqliteJournal.open(journalPath);
    for (const first of [0, 2, 4]) await journal.append('a', smallBlock('a', first));
    await journal.close();
    const database = new DatabaseSync(journalPath);
    database.exec(sql);
    database.close();
    const damaged = SqliteJournal.open(journalPath);
    await expect(countRecords(damaged, 'a')).rejects.toMatchObject({
      code: 'journal-corrupt',
      where: `a@${revision}`,
      facts: { stream: 'a', revision },
    });
    await damaged.close();
  });
});

describe('a file of another version', () => {
  it('is refused where it is the journal', async () => {
    await openDataFolder(folder).close();
    setFormat(journalPath, 2);
    expect(refusal(() => openDataFolder(folder))).toMatchObject({
      code: 'journal-version',
      facts: { version: 2, reads: 1 },
    });
    // The lock was given back.
    setFormat(journalPath, 1);
    await openDataFolder(folder).close();
  });

  it('is begun anew where it is the store', async () => {
    const data = openDataFolder(folder);
    expect(data.storeRenewed).toBeUndefined();
    await data.store.commit(0, undefined, { revision: 1, term: 1 }, []);
    await data.close();
    setFormat(storePath, 9);
    const again = openDataFolder(folder);
    expect(again.storeRenewed).toMatchObject({ code: 'store-version' });
    expect(await again.store.checkpoint(0)).toBeUndefined();
    await again.close();
  });
});

describe('a damaged store', () => {
  it('is begun anew', async () => {
    writeFileSync(storePath, 'x'.repeat(5_000));
    const data = openDataFolder(folder);
    expect(data.storeRenewed).toMatchObject({ code: 'store-corrupt', where: storePath });
    expect(await data.store.commit(0, undefined, { revision: 1, term: 1 }, [])).toBe(true);
    await data.close();
  });
});

describe("somebody else's database", () => {
  it.each(['journal', 'store'])('is refused and left alone as the %s', (role) => {
    const path = join(folder, `${role}.sqlite`);
    const database = new DatabaseSync(path);
    database.exec('CREATE TABLE theirs (a); INSERT INTO theirs VALUES (1)');
    database.close();
    expect(refusal(() => openDataFolder(folder))).toMatchObject({ code: 'data-foreign', where: path });
    const after = new DatabaseSync(path);
    expect(after.prepare('SELECT a FROM theirs').all()).toHaveLength(1);
    after.close();
  });
});

function smallBlock(stream: string, first: number): Block {
  return makeBlock({
    stream,
    first,
    term: 1,
    next: null,
    atMs: 0,
    engine: 'e',
    lines: ['{"kind":"sample","is":"kept"}'],
  });
}

/** Two records of 20,000 characters that do not compress. */
function largeBlock(stream: string, first: number): Block {
  const lines = [1, 2].map((part) => JSON.stringify({ kind: 'sample', text: text(20_000, first * 2 + part) }));
  return makeBlock({ stream, first, term: 1, next: null, atMs: 0, engine: 'e', lines });
}

function text(characters: number, seed: number): string {
  let state = seed + 1;
  let result = '';
  while (result.length < characters) result += (state = (state * 48_271) % 2_147_483_647).toString(36);
  return result;
}

async function countRecords(journal: SqliteJournal, stream: string): Promise<number> {
  let count = 0;
  for await (const { records } of new JournalReader(journal, stream).blocks()) count += records.length;
  return count;
}

function setFormat(path: string, version: number): void {
  const database = new DatabaseSync(path);
  database.prepare(`UPDATE meta SET value = ? WHERE key = 'format'`).run(version);
  database.close();
}

function refusal(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('it was not refused');
}

/** Root may write anywhere: it takes off its rights for the moment. */
function asNobody(work: () => unknown): unknown {
  const root = process.geteuid?.() === 0;
  if (root) process.seteuid!(65_534);
  try {
    return refusal(work);
  } finally {
    if (root) process.seteuid!(0);
  }
}
