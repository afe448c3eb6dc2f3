import { describe, expect, it } from 'vitest';
import type { Edge } from '../backbone.js';
import { StoreUnavailableError } from '../ports/errors.js';
import type { EpochCounts, Projected, ProjectionStore } from '../ports/projection-store.js';
import type { Checkpoint } from '../ports/store.js';
import { roomOf, type Ground } from './ground.js';

const START: Checkpoint = { revision: 0, term: 1 };
const NEXT: Checkpoint = { revision: 10, term: 1 };
const NOTHING: Projected = { counts: [], decisions: [], edges: [], contractUse: {} };

/**
 * What every projection store must do (DESIGN §3.5, §10). Run it on an adapter from its own specs.
 *
 * @param ground makes fresh room; `open` may be called several times on it, and after a close
 */
export function describeProjectionStore(name: string, ground: () => Promise<Ground<ProjectionStore>>): void {
  describe(`projection store: ${name}`, () => {
    const room = roomOf<ProjectionStore, Ground<ProjectionStore>>(ground);

    it('holds nothing at first', async () => {
      const store = await room.open();
      expect(await store.checkpoint(0)).toBeUndefined();
      expect(await contents(store)).toEqual({ counts: [], found: [], edges: [], contractUse: {} });
    });

    describe('checkpoint', () => {
      it.each<[string, Checkpoint | undefined, Checkpoint, boolean]>([
        ['an expected revision that is behind', { revision: 4, term: 2 }, { revision: 20, term: 2 }, false],
        ['an expected revision that is ahead', { revision: 12, term: 2 }, { revision: 20, term: 2 }, false],
        ['none expected', undefined, { revision: 20, term: 2 }, false],
        ['a stale term', { revision: 10, term: 1 }, { revision: 20, term: 1 }, false],
        ['the term it has', { revision: 10, term: 2 }, { revision: 20, term: 2 }, true],
        ['a new term', { revision: 10, term: 2 }, { revision: 20, term: 3 }, true],
      ])('at revision 10, term 2, answers a commit with %s', async (_, expected, next, goes) => {
        const store = await room.open();
        await store.commit(0, undefined, { revision: 10, term: 2 }, sample(3));
        expect(await store.commit(0, expected, next, sample(4))).toBe(goes);
        expect(await store.checkpoint(0)).toEqual(goes ? next : { revision: 10, term: 2 });
        const { counts, found, edges, contractUse } = await contents(store);
        expect(counts).toEqual([counted(1, goes ? 2 : 1)]);
        expect(found).toEqual(revisions(0, goes ? [3, 4] : [3]));
        expect(edges.map(({ count }) => count)).toEqual([goes ? 2 : 1]);
        expect(contractUse).toEqual({ 'shop.order.pay': { 2: goes ? 2 : 1 } });
      });

      it('does not begin where one was expected', async () => {
        const store = await room.open();
        expect(await store.commit(0, START, NEXT, sample(3))).toBe(false);
        expect(await store.checkpoint(0)).toBeUndefined();
        expect(await contents(store)).toEqual({ counts: [], found: [], edges: [], contractUse: {} });
      });

      it('lets exactly one of two writers win, and counts once', async () => {
        const [one, two] = [await room.open(), await room.open()];
        await one.commit(0, undefined, START, NOTHING);
        const results = await Promise.all([
          one.commit(0, START, NEXT, sample(3)),
          two.commit(0, START, NEXT, sample(3)),
        ]);
        expect(results.filter(Boolean)).toHaveLength(1);
        expect((await contents(one)).counts).toEqual([counted(1, 1)]);
      });
    });

    describe('counts', () => {
      it('add up by epoch, of one partition or of all, in order and by page', async () => {
        const store = await room.open();
        await store.commit(0, undefined, START, { ...NOTHING, counts: [counted(9, 1), counted(10, 2)] });
        await store.commit(0, START, NEXT, { ...NOTHING, counts: [counted(10, 3), counted(11, 1)] });
        await store.commit(3, undefined, START, { ...NOTHING, counts: [counted(10, 10), counted(2, 1)] });
        expect(await store.counts({ partition: 0 })).toEqual([counted(9, 1), counted(10, 5), counted(11, 1)]);
        expect(await store.counts({ partition: 1 })).toEqual([]);
        const all = [counted(2, 1), counted(9, 1), counted(10, 15), counted(11, 1)];
        expect(await store.counts()).toEqual(all);
        expect(await store.counts({ from: 9, limit: 2 })).toEqual(all.slice(1, 3));
        expect(await store.counts({ partition: 3, from: 3 })).toEqual([counted(10, 10)]);
      });

      it('are exact beyond 32 bits', async () => {
        const store = await room.open();
        const many: EpochCounts = { epoch: 1, accepted: 2 ** 40 + 1, irregular: 2 ** 33, rejected: 1, duplicates: 0 };
        await store.commit(0, undefined, START, { ...NOTHING, counts: [many] });
        await store.commit(1, undefined, START, { ...NOTHING, counts: [many] });
        expect(await store.counts()).toEqual([
          { epoch: 1, accepted: 2 ** 41 + 2, irregular: 2 ** 34, rejected: 2, duplicates: 0 },
        ]);
      });
    });

    describe('decisions', () => {
      it('are found by key, in order of partition and revision', async () => {
        const store = await room.open();
        const decisions = [
          { key: keyOf(1), revision: 70 },
          { key: keyOf(2), revision: 8 },
          { key: keyOf(1), revision: 9 },
        ];
        await store.commit(4, undefined, START, { ...NOTHING, decisions });
        await store.commit(2, undefined, START, { ...NOTHING, decisions: [{ key: keyOf(1), revision: 100 }] });
        expect(await store.find(keyOf(1))).toEqual([...revisions(2, [100]), ...revisions(4, [9, 70])]);
        expect(await store.find(keyOf(2))).toEqual(revisions(4, [8]));
        expect(await store.find(keyOf(3))).toEqual([]);
      });

      it('may be tens of thousands in one commit', async () => {
        const store = await room.open();
        const decisions = Array.from({ length: 20_000 }, (_, index) => ({ key: keyOf(index), revision: index }));
        await store.commit(0, undefined, START, { ...NOTHING, decisions });
        for (const index of [0, 9_999, 19_999]) expect(await store.find(keyOf(index))).toEqual(revisions(0, [index]));
      });
    });

    describe('edges', () => {
      it('are merged by signature, most frequent first', async () => {
        const store = await room.open();
        await store.commit(0, undefined, START, {
          ...NOTHING,
          edges: [edge('b', 2, 4, ['0-1', '0-2'], ['anna']), edge('a', 1, 4, ['0-3'], ['bert'])],
        });
        await store.commit(0, START, NEXT, { ...NOTHING, edges: [edge('b', 2, 6, ['0-8', '0-9'], ['carl', 'anna'])] });
        await store.commit(1, undefined, START, { ...NOTHING, edges: [edge('b', 1, 2, ['1-5'], ['dora'])] });
        expect(await store.edges()).toEqual([
          { ...edge('b', 5, 2, ['0-8', '0-9', '1-5'], ['anna', 'carl', 'dora']), lastEpoch: 6 },
          edge('a', 1, 4, ['0-3'], ['bert']),
        ]);
      });

      it('may have a signature of any length and script', async () => {
        const store = await room.open();
        const long = `${'漢'.repeat(100_000)}' \\ in "\u{1F600}"`;
        await store.commit(0, undefined, START, { ...NOTHING, edges: [edge(long, 1, 1, ['0-1'], ['anna'])] });
        await store.commit(0, START, NEXT, { ...NOTHING, edges: [edge(long, 1, 1, ['0-2'], ['anna'])] });
        expect(await store.edges()).toEqual([edge(long, 2, 1, ['0-1', '0-2'], ['anna'])]);
      });
    });

    it('adds up the use of contracts', async () => {
      const store = await room.open();
      await store.commit(0, undefined, START, { ...NOTHING, contractUse: { a: { 1: 2, 2: 1 }, b: { 1: 1 } } });
      await store.commit(0, START, NEXT, { ...NOTHING, contractUse: { a: { 2: 4 } } });
      await store.commit(1, undefined, START, { ...NOTHING, contractUse: { a: { 1: 1 }, c: { 3: 1 } } });
      expect(await store.contractUse()).toEqual({ a: { 1: 3, 2: 5 }, b: { 1: 1 }, c: { 3: 1 } });
    });

    it('forgets one partition when told to, and begins it anew', async () => {
      const store = await room.open();
      await store.commit(0, undefined, START, sample(3));
      await store.commit(1, undefined, START, sample(5));
      await store.discard(0);
      await store.discard(7);
      expect(await store.checkpoint(0)).toBeUndefined();
      expect(await store.checkpoint(1)).toEqual(START);
      const { counts, found, edges, contractUse } = await contents(store);
      expect(counts).toEqual([counted(1, 1)]);
      expect(found).toEqual(revisions(1, [5]));
      expect(edges.map(({ count }) => count)).toEqual([1]);
      expect(contractUse).toEqual({ 'shop.order.pay': { 2: 1 } });
      expect(await store.commit(0, undefined, START, sample(3))).toBe(true);
      expect((await contents(store)).found).toEqual([...revisions(0, [3]), ...revisions(1, [5])]);
    });

    it('keeps what was committed for whoever opens it again, and refuses what comes after the close', async () => {
      const store = await room.open();
      await store.commit(0, undefined, START, sample(3));
      const before = await contents(store);
      await store.close();
      await store.close();
      const refused = [store.checkpoint(0), store.counts(), store.find(keyOf(1)), store.edges(), store.contractUse()];
      for (const call of refused) await expect(call).rejects.toBeInstanceOf(StoreUnavailableError);
      await expect(store.commit(0, START, NEXT, NOTHING)).rejects.toBeInstanceOf(StoreUnavailableError);
      const again = await room.open();
      expect(await contents(again)).toEqual(before);
      expect(await again.checkpoint(0)).toEqual(START);
    });
  });
}

async function contents(store: ProjectionStore) {
  return {
    counts: await store.counts(),
    found: await store.find(keyOf(0)),
    edges: await store.edges(),
    contractUse: await store.contractUse(),
  };
}

/** One verdict at a revision, with something of each kind. */
function sample(revision: number): Projected {
  return {
    counts: [counted(1, 1)],
    decisions: [{ key: keyOf(0), revision }],
    edges: [edge('shop.order.pay in paid', 1, 1, [`0-${revision}`], ['anna'])],
    contractUse: { 'shop.order.pay': { 2: 1 } },
  };
}

function counted(epoch: number, times: number): EpochCounts {
  return { epoch, accepted: 5 * times, irregular: 2 * times, rejected: 3 * times, duplicates: times };
}

function edge(signature: string, count: number, epoch: number, samples: string[], participants: string[]): Edge {
  const rest = { type: 'shop.order.pay', state: 'paid', count, firstEpoch: epoch, lastEpoch: epoch };
  return { signature, code: 'undeclared', ...rest, samples, participants };
}

function keyOf(number: number): Uint8Array {
  const key = Buffer.alloc(16, 0xff);
  key.writeUInt32BE(number);
  return key;
}

function revisions(partition: number, numbers: number[]): { partition: number; revision: number }[] {
  return numbers.map((revision) => ({ partition, revision }));
}
