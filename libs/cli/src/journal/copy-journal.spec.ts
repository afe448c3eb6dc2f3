import { makeBlock, MemoryJournal } from '@tutti/runtime';
import { beforeEach, describe, expect, it } from 'vitest';
import { copyJournal } from './copy-journal.js';

let from: MemoryJournal;
let to: MemoryJournal;
beforeEach(async () => {
  from = new MemoryJournal();
  to = new MemoryJournal();
  await add(from, 'control', 3);
  await add(from, 'verdicts-0', 150);
  await add(from, 'verdicts-1', 1);
});

/** Adds so many blocks of a header and one record. */
async function add(journal: MemoryJournal, stream: string, blocks: number, mark = 'first'): Promise<void> {
  const last = await journal.last(stream);
  let first = last === undefined ? 0 : last.first + last.count;
  for (let n = 0; n < blocks; n++) {
    const lines = [JSON.stringify({ kind: 'sample', mark, n })];
    const block = makeBlock({ stream, first, term: 1, next: null, atMs: 0, engine: 'test', lines });
    await journal.append(stream, block);
    first += block.count;
  }
}

async function contents(journal: MemoryJournal): Promise<Record<string, string[]>> {
  const all: Record<string, string[]> = {};
  for (const stream of await journal.streams()) {
    all[stream] = (await journal.read(stream, 0, 10_000)).map(
      ({ id, bytes }) => `${id} ${Buffer.from(bytes).toString()}`,
    );
  }
  return all;
}

describe('copying a journal', () => {
  it('gives the same blocks, control last', async () => {
    const copied = await copyJournal(from, to);
    expect(copied).toEqual([
      { stream: 'verdicts-0', blocks: 150, revision: 299 },
      { stream: 'verdicts-1', blocks: 1, revision: 1 },
      { stream: 'control', blocks: 3, revision: 5 },
    ]);
    expect(await contents(to)).toEqual(await contents(from));
  });

  it('goes on where an earlier copy ended, and does nothing where nothing is missing', async () => {
    await copyJournal(from, to);
    await add(from, 'verdicts-0', 2);
    expect((await copyJournal(from, to)).map(({ blocks }) => blocks)).toEqual([2, 0, 0]);
    expect((await copyJournal(from, to)).map(({ blocks }) => blocks)).toEqual([0, 0, 0]);
    expect(await contents(to)).toEqual(await contents(from));
  });

  it.each([
    ['has begun otherwise', () => add(to, 'verdicts-1', 1, 'other'), 'verdicts-1@0'],
    ['has gone on', async () => (await copyJournal(from, to), await add(to, 'verdicts-1', 1, 'other')), 'verdicts-1@2'],
    ['has a stream that this one has not', () => add(to, 'verdicts-7', 1), 'verdicts-7@0'],
  ])('is refused where the other journal %s', async (_, spoil, where) => {
    await spoil();
    await expect(copyJournal(from, to)).rejects.toMatchObject({ code: 'journal-differs', where });
  });
});
