import { describe, expect, it } from 'vitest';
import { JournalReader, RevisionConflictError } from '@tutti/runtime/journal';
import { blockOf, blocksOf, keep, keptBlock, keptEvent } from './testing/blocks.js';
import { groundOf, idsOf } from './testing/ground.js';

const ground = groundOf();

describe('a long stream', () => {
  const sizes = Array.from({ length: 10_000 }, (_, index) => (index * 7) % 5);
  const blocks = blocksOf('verdicts-0', sizes);
  const end = blocks.at(-1)!.first + blocks.at(-1)!.count;

  it('of 10,000 blocks is read from any revision by asking for few events', async () => {
    keep(ground.double.kept, 'verdicts-0', blocks);
    for (const from of [1, 4_711, 9_999, end >> 1, end - 1]) {
      const journal = await ground.open();
      const before = ground.double.asked.eventsSent;
      const [block] = await journal.read('verdicts-0', from, 1);
      expect(block!.first).toBeLessThanOrEqual(from);
      expect(block!.first + block!.count).toBeGreaterThan(from);
      // The tail, ⌈log2 10,000⌉ to find it, the block itself.
      expect(ground.double.asked.eventsSent - before).toBeLessThanOrEqual(1 + 14 + 1);
    }
  });

  it('is read in order by asking for each event once', async () => {
    keep(ground.double.kept, 'verdicts-0', blocks.slice(0, 2_000));
    const journal = await ground.open();
    let records = 0;
    for await (const { records: some } of new JournalReader(journal, 'verdicts-0', 64).blocks()) records += some.length;
    expect(records).toBe(blocks[2_000]!.first);
    expect(ground.double.asked.eventsSent).toBe(2_000);
    expect(ground.double.asked.reads).toBe(Math.ceil(2_000 / 64) + 1);
  });

  it('is read by several readers at once, each at its place', async () => {
    keep(ground.double.kept, 'verdicts-0', blocks.slice(0, 400));
    const journal = await ground.open();
    const read = async (from: number): Promise<string[]> => {
      const ids: string[] = [];
      let next = from;
      for (;;) {
        const page = await journal.read('verdicts-0', next, 16);
        if (page.length === 0) return ids;
        ids.push(...idsOf(page));
        next = page.at(-1)!.first + page.at(-1)!.count;
      }
    };
    const starts = [0, 100, 250, 399];
    const read4 = await Promise.all(starts.map((index) => read(blocks[index]!.first)));
    for (const [index, ids] of read4.entries()) expect(ids).toEqual(idsOf(blocks.slice(starts[index], 400)));
  });
});

describe('calls', () => {
  it('are all ended when a reader breaks off', async () => {
    keep(
      ground.double.kept,
      's',
      blocksOf(
        's',
        Array.from({ length: 300 }, () => 2),
      ),
    );
    const journal = await ground.open();
    for await (const { revision } of new JournalReader(journal, 's', 50).records()) if (revision > 200) break;
    await journal.read('s', 10, 1);
    await journal.last('s');
    expect(ground.double.open.size).toBe(0);
  });

  it('append one by one, never through the stream all appends of a process share', async () => {
    const journal = await ground.open();
    for (const block of blocksOf('s', [1, 2, 3])) await journal.append('s', block);
    expect(ground.double.asked.batchAppends).toBe(0);
  });

  it('carry blocks together that are asked for together', async () => {
    const journal = await ground.open();
    const blocks = blocksOf(
      's',
      Array.from({ length: 100 }, () => 1),
    );
    await Promise.all(blocks.map((block) => journal.append('s', block)));
    // The stream's name, and one or two with the blocks.
    expect(ground.double.asked.appends).toBeLessThanOrEqual(3);
    expect(idsOf(await journal.read('s', 0, 100))).toEqual(idsOf(blocks));
  });
});

describe('another writer', () => {
  it('that goes on is followed, and fenced', async () => {
    const [journal, other] = [await ground.open(), await ground.open()];
    for (let first = 0; first < 40; first += 4) {
      await journal.append('s', blockOf('s', first, 1, 'one'));
      await other.append('s', blockOf('s', first + 2, 1, 'other'));
    }
    const refused = journal.append('s', blockOf('s', 38, 1, 'late'));
    await expect(refused).rejects.toBeInstanceOf(RevisionConflictError);
    await expect(refused).rejects.toMatchObject({ expected: 38, actual: 40 });
    expect(await journal.read('s', 0)).toHaveLength(20);
  });

  it('that wins in the middle leaves what can still follow', async () => {
    const [journal, other] = [await ground.open(), await ground.open()];
    await journal.append('s', blockOf('s', 0));
    await other.append('s', blockOf('s', 2, 1, 'other'));
    const results = await Promise.allSettled([
      journal.append('s', blockOf('s', 2, 1, 'mine')),
      journal.append('s', blockOf('s', 4, 1, 'mine')),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  });
});

describe('names of streams', () => {
  it('are written by several at once, each once', async () => {
    const journals = [await ground.open(), await ground.open(), await ground.open()];
    const names = Array.from({ length: 12 }, (_, index) => `verdicts-${index}`);
    await Promise.all(
      names.flatMap((name) => journals.map((journal) => journal.append(name, blockOf(name, 0, 1, 'same')))),
    );
    expect(await journals[0]!.streams()).toEqual(names.toSorted());
    expect(ground.double.kept.streams.get('@streams')).toHaveLength(12);
  });

  it('without a block are not listed', async () => {
    const journal = await ground.open();
    await journal.append('a', blockOf('a', 0));
    const [named] = ground.double.kept.streams.get('@streams')!;
    const other = { ...named!, id: 'ffffffff-0000-8000-8000-000000000000', data: Buffer.from('{"stream":"b"}') };
    ground.double.kept.append('@streams', 0, [other]);
    expect(await journal.streams()).toEqual(['a']);
    await journal.append('b', blockOf('b', 0));
    expect(await (await ground.open()).streams()).toEqual(['a', 'b']);
  });

  it('begin with the prefix, and prefixes share nothing', async () => {
    const [one, two] = [await ground.open({ prefix: 'one.' }), await ground.open({ prefix: 'two.' })];
    await one.append('control', blockOf('control', 0));
    expect(await two.streams()).toEqual([]);
    expect(await two.read('control', 0)).toEqual([]);
    await two.append('control', blockOf('control', 0));
    expect([...ground.double.kept.streams.keys()].toSorted()).toEqual([
      'one.@streams',
      'one.control',
      'two.@streams',
      'two.control',
    ]);
  });
});

describe('what is no journal', () => {
  const block = blockOf('s', 0);
  const { id, data } = keptBlock(block);
  const place = { first: 0, count: 2, term: 1, codec: 'json' };

  it.each([
    ['another program’s event', keptEvent(id, 'order-placed', data, place)],
    ['an event without metadata', keptEvent(id, 'tutti-block', data)],
    ['a number that is none', keptEvent(id, 'tutti-block', data, { ...place, first: '0' })],
    ['an empty block', keptEvent(id, 'tutti-block', data, { ...place, count: 0 })],
    ['an unknown codec', keptEvent(id, 'tutti-block', data, { ...place, codec: 'lz4' })],
    ['bytes that are not compressed as said', keptEvent(id, 'tutti-block', data, { ...place, codec: 'zstd' })],
    ['a block that begins later', keptEvent(id, 'tutti-block', data, { ...place, first: 5 })],
  ])('is found: %s', async (_, event) => {
    ground.double.kept.append('s', 'any', [event]);
    const journal = await ground.open();
    await expect(journal.read('s', 0)).rejects.toMatchObject({ code: 'journal-corrupt' });
  });

  it('is found when a stream’s blocks leave a gap', async () => {
    keep(ground.double.kept, 's', [blockOf('s', 0, 1), blockOf('s', 5, 1), blockOf('s', 7, 1)]);
    const journal = await ground.open();
    await expect(journal.read('s', 3)).rejects.toMatchObject({ code: 'journal-corrupt', where: 's@3' });
  });

  it('is found in the stream of names', async () => {
    ground.double.kept.append('@streams', 'any', [keptEvent(id, 'order-placed', data)]);
    const journal = await ground.open();
    await expect(journal.streams()).rejects.toMatchObject({ code: 'journal-corrupt' });
  });
});
