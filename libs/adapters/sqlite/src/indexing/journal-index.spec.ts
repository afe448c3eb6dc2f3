import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDataFolder, SqliteJournal, WorkerIndex } from '@tutti/adapter-sqlite';
import { readEvent, verdictLine, type Verdict } from '@tutti/contracts';
import { barrierLine, makeBlock, MemoryJournal, type DecisionIndex, type Journal } from '@tutti/runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JournalIndex } from './journal-index.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tutti-index-'));
});
afterEach(() => rm(folder, { recursive: true }));

interface Sample {
  participant: string;
  id: string;
  type?: string;
  verdict?: Partial<Verdict>;
  /** Pretty-printed: kept as base64. */
  pretty?: boolean;
}

describe('the index of a journal', () => {
  let journal: MemoryJournal;
  let index: JournalIndex;
  beforeEach(() => {
    journal = new MemoryJournal();
    index = JournalIndex.open(join(folder, 'index.sqlite'), journal);
  });
  afterEach(() => index.close());

  it('knows nothing of an empty journal', async () => {
    expect(await index.find('/participants/buyer-1', 'a')).toEqual([]);
    expect(await index.edges()).toEqual([]);
    expect(await index.contractUse()).toEqual({});
  });

  it('finds a decision by participant and id, in every partition, as soon as it is in the journal', async () => {
    await append(journal, 0, [
      { participant: 'buyer-1', id: 'a' },
      { participant: 'buyer-1', id: 'b' },
    ]);
    expect(await index.find('/participants/buyer-1', 'a')).toEqual([{ partition: 0, revision: 1 }]);
    await append(journal, 3, [
      { participant: 'buyer-2', id: 'a' },
      { participant: 'buyer-1', id: 'a', pretty: true },
    ]);
    await append(journal, 0, [{ participant: 'buyer-1', id: 'a' }]);
    expect(await index.find('/participants/buyer-1', 'a')).toEqual([
      { partition: 0, revision: 1 },
      { partition: 0, revision: 4 },
      { partition: 3, revision: 2 },
    ]);
    expect(await index.find('/participants/buyer-2', 'a')).toEqual([{ partition: 3, revision: 1 }]);
    expect(await index.find('/participants/buyer-2', 'b')).toEqual([]);
  });

  it('counts accepted decisions by contract', async () => {
    await append(journal, 0, [
      { participant: 'b', id: '1', verdict: { contract: 'order.place@1' } },
      { participant: 'b', id: '2', verdict: { contract: 'order.place@2' } },
      { participant: 'b', id: '3', verdict: { contract: 'order.place@2', accepted: false, reasons: [] } },
    ]);
    await append(journal, 1, [{ participant: 'b', id: '4', verdict: { contract: 'order.place@2' } }]);
    expect(await index.contractUse()).toEqual({ 'order.place': { 1: 1, 2: 2 } });
  });

  it('groups what the model has no answer for, over restarts', async () => {
    const edge = (participant: string, id: string, epoch: number): Sample => ({
      participant,
      id,
      type: 'order.return',
      verdict: { accepted: false, epoch, reasons: [{ code: 'unknown-type', retryable: false, detail: 'x' }] },
    });
    await append(journal, 0, [edge('b', '1', 1), edge('c', '2', 2)]);
    expect(await index.edges()).toMatchObject([{ signature: 'order.return unknown-type', count: 2 }]);
    await index.close();
    index = JournalIndex.open(join(folder, 'index.sqlite'), journal);
    await append(journal, 0, [edge('b', '3', 3), edge('d', '4', 4)]);
    expect(await index.edges()).toEqual([
      {
        signature: 'order.return unknown-type',
        code: 'unknown-type',
        type: 'order.return',
        count: 4,
        firstEpoch: 1,
        lastEpoch: 4,
        samples: ['0-2', '0-4', '0-5'],
        participants: ['b', 'c', 'd'],
      },
    ]);
  });

  it('reads many blocks, passes over barriers, counts each verdict once', async () => {
    for (let block = 0; block < 70; block += 1) {
      await append(journal, block % 2, [
        'barrier',
        { participant: 'b', id: `${block}`, verdict: { contract: 'order.place@1' } },
      ]);
    }
    const asked = await Promise.all([index.contractUse(), index.contractUse(), index.find('/participants/b', '69')]);
    expect(asked[0]).toEqual({ 'order.place': { 1: 70 } });
    expect(asked[1]).toEqual(asked[0]);
    expect(asked[2]).toEqual([{ partition: 1, revision: 104 }]);
  });

  it('begins anew where the journal is another one', async () => {
    await append(journal, 0, [
      { participant: 'b', id: 'old' },
      { participant: 'b', id: 'old-2' },
    ]);
    expect(await index.find('/participants/b', 'old')).toHaveLength(1);
    await index.close();
    const other = new MemoryJournal();
    await append(other, 0, [{ participant: 'b', id: 'new' }]);
    index = JournalIndex.open(join(folder, 'index.sqlite'), other);
    expect(await index.find('/participants/b', 'new')).toHaveLength(1);
    expect(await index.find('/participants/b', 'old')).toEqual([]);
  });
});

describe('the index in its own thread', () => {
  it('answers from what was journaled before the question', async () => {
    const data = openDataFolder(folder);
    const index = data.index as DecisionIndex;
    for (let block = 0; block < 20; block += 1) {
      await append(data.journal, 0, [{ participant: 'b', id: `${block}`, verdict: { contract: 'order.place@1' } }]);
      expect(await index.find('/participants/b', `${block}`)).toEqual([{ partition: 0, revision: block * 2 + 1 }]);
    }
    expect(await index.contractUse()).toEqual({ 'order.place': { 1: 20 } });
    expect(await index.edges()).toEqual([]);
    await data.close();
    await data.close();
    await expect(index.edges()).rejects.toMatchObject({ code: 'index-unavailable' });
  });

  it('says what is wrong with the journal', async () => {
    const data = openDataFolder(folder);
    await append(data.journal, 0, [{ participant: 'b', id: '1' }]);
    const block = makeBlock({
      stream: 'verdicts-0',
      first: 2,
      term: 1,
      next: null,
      atMs: 0,
      engine: 'e',
      lines: ['{"kind":"verdict","accepted":,}'],
    });
    await data.journal.append('verdicts-0', block);
    await expect(data.index!.edges()).rejects.toMatchObject({
      name: 'TuttiError',
      code: 'journal-corrupt',
      where: 'verdicts-0@3',
    });
    await data.close();
  });

  it('that cannot begin refuses, and closes all the same', async () => {
    const index = new WorkerIndex({ journalPath: join(folder, 'not-there'), indexPath: join(folder, 'index.sqlite') });
    await expect(index.edges()).rejects.toMatchObject({ code: 'index-unavailable' });
    await index.close();
  });

  it('is begun again once what kept it from beginning is over', async () => {
    const index = new WorkerIndex({
      journalPath: join(folder, 'journal.sqlite'),
      indexPath: join(folder, 'index.sqlite'),
    });
    await expect(index.edges()).rejects.toMatchObject({ code: 'index-unavailable', retryable: true });
    const data = openDataFolder(folder);
    await append(data.journal, 0, [{ participant: 'buyer-1', id: 'a' }]);
    expect(await index.find('/participants/buyer-1', 'a')).toEqual([{ partition: 0, revision: 1 }]);
    await index.close();
    await data.close();
  });

  it('is begun anew where its file is damaged', async () => {
    const data = openDataFolder(folder);
    await append(data.journal, 0, [{ participant: 'b', id: '1' }]);
    await data.close();
    const { writeFile } = await import('node:fs/promises');
    await writeFile(join(folder, 'index.sqlite'), 'x'.repeat(9_000));
    const again = openDataFolder(folder);
    expect(await again.index!.find('/participants/b', '1')).toHaveLength(1);
    await again.close();
  });
});

const ends = new WeakMap<Journal, Map<number, number>>();

async function append(
  journal: Journal | SqliteJournal,
  partition: number,
  samples: readonly (Sample | 'barrier')[],
): Promise<void> {
  const known = ends.get(journal) ?? new Map<number, number>();
  ends.set(journal, known);
  const first = known.get(partition) ?? 0;
  const stream = `verdicts-${partition}`;
  const block = makeBlock({ stream, first, term: 1, next: null, atMs: 0, engine: 'e', lines: samples.map(lineOf) });
  await journal.append(stream, block);
  known.set(partition, first + block.count);
}

function lineOf(sample: Sample | 'barrier'): string {
  if (sample === 'barrier') return barrierLine({ epoch: 1, controlRevision: 1, atMs: 0 });
  const { participant, id, type = 'order.place', verdict = {}, pretty = false } = sample;
  const attributes = { specversion: '1.0', id, source: `/participants/${participant}`, type, subject: 'order-1' };
  const event = readEvent({
    mode: 'structured',
    bytes: Buffer.from(JSON.stringify({ ...attributes, data: {} }, undefined, pretty ? 2 : undefined)),
  });
  const common: Verdict = {
    accepted: true,
    type,
    source: attributes.source,
    id,
    hash: event.hash,
    model: 1,
    epoch: 1,
    atMs: 0,
    policies: {},
    road: { via: 'http' },
    usesId: true,
  };
  return verdictLine({ ...common, ...verdict }, event.encoded);
}
