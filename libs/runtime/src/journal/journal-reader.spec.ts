import { describe, expect, it } from 'vitest';
import { sampleBlock } from '../conformance/samples.js';
import type { Block, Journal } from '../ports/journal.js';
import { JournalReader } from './journal-reader.js';
import { MemoryJournal, MemoryStreams } from './memory-journal.js';
import { parseRecord, recordKind } from './record.js';

describe('the journal reader', () => {
  it('reads to the end there is, blocks that came while it read included', async () => {
    const journal = new MemoryJournal();
    await journal.append('s', sampleBlock('s', 0, 2));
    const seen: number[] = [];
    for await (const { revision } of new JournalReader(journal, 's', 1).records()) {
      seen.push(revision);
      if (revision === 1) await journal.append('s', sampleBlock('s', 3, 1));
    }
    expect(seen).toEqual([0, 1, 2, 3, 4]);
  });

  it('says of each block where it begins and ends, its records from the revision asked for', async () => {
    const journal = new MemoryJournal();
    await journal.append('s', sampleBlock('s', 0, 4));
    await journal.append('s', sampleBlock('s', 5, 0));
    const blocks = [];
    for await (const { first, end, records, header } of new JournalReader(journal, 's').blocks(3)) {
      blocks.push([first, end, records.map(({ revision }) => revision), header.count]);
    }
    expect(blocks).toEqual([
      [0, 5, [3, 4], 5],
      [5, 6, [5], 1],
    ]);
  });

  it('is empty where there is nothing, and beyond the end', async () => {
    const journal = new MemoryJournal();
    await journal.append('s', sampleBlock('s', 0, 4));
    for (const [stream, from] of [
      ['t', 0],
      ['s', 5],
      ['s', 900],
    ] as const) {
      expect(await revisionsOf(journal, stream, from)).toEqual([]);
    }
  });

  it.each<[string, Block[], number]>([
    ['a gap', [sampleBlock('s', 0, 1), sampleBlock('s', 3, 1)], 2],
    ['a block twice', [sampleBlock('s', 0, 1), sampleBlock('s', 0, 1)], 2],
    ['blocks that overlap', [sampleBlock('s', 0, 3), sampleBlock('s', 2, 3)], 4],
    ['a start that is missing', [sampleBlock('s', 1, 1)], 0],
    ['a term that falls', [sampleBlock('s', 0, 1, '', 2), sampleBlock('s', 2, 1, '', 1)], 2],
  ])('finds %s', async (_, blocks, revision) => {
    const journal: Pick<Journal, 'read'> = { read: async (_stream, from) => (from === 0 ? blocks : []) };
    await expect(revisionsOf(journal as Journal, 's', 0)).rejects.toMatchObject({
      code: 'journal-corrupt',
      where: `s@${revision}`,
    });
  });

  it('finds a damaged block before it gives any of its records', async () => {
    const streams = new MemoryStreams();
    const block = sampleBlock('s', 0, 3);
    streams.blocks.set('s', [
      { ...block, bytes: Buffer.from(block.bytes.toString().replace('"number":3', '"number":4')) },
    ]);
    const seen: number[] = [];
    const reading = (async () => {
      for await (const { revision } of new JournalReader(new MemoryJournal(streams), 's').records())
        seen.push(revision);
    })();
    await expect(reading).rejects.toMatchObject({ code: 'journal-corrupt' });
    expect(seen).toEqual([]);
  });
});

describe('a record', () => {
  it('tells its kind without being parsed', () => {
    const record = { revision: 7, line: Buffer.from('{"kind":"verdict","accepted":true}') };
    expect(recordKind('s', record)).toBe('verdict');
    expect(parseRecord('s', record)).toEqual({ kind: 'verdict', accepted: true });
  });

  it.each(['{"v":1,"kind":"verdict"}', '{ "kind":"verdict"}', '{"kind":""}', '{"kind":7}', '{}'])(
    'does not begin with its kind: %s',
    (line) => {
      expect(() => recordKind('s', { revision: 7, line: Buffer.from(line) })).toThrow(
        expect.objectContaining({ code: 'journal-corrupt', where: 's@7' }),
      );
    },
  );

  it('that is no JSON is damage', () => {
    expect(() => parseRecord('s', { revision: 7, line: Buffer.from('{"kind":"a",}') })).toThrow(
      expect.objectContaining({ code: 'journal-corrupt', where: 's@7' }),
    );
  });
});

async function revisionsOf(journal: Journal, stream: string, from: number): Promise<number[]> {
  const revisions: number[] = [];
  for await (const { revision } of new JournalReader(journal, stream).records(from)) revisions.push(revision);
  return revisions;
}
