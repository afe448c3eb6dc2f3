import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SystemClock } from '../clock/system-clock.js';
import { SampleStream, type Sample } from '../fixture/verdict-stream.js';
import { JournalReader } from '../journal/journal-reader.js';
import { MemoryJournal, MemoryStreams } from '../journal/memory-journal.js';
import { StoreUnavailableError } from '../ports/errors.js';
import type { Projected, ProjectionStore } from '../ports/projection-store.js';
import type { Checkpoint } from '../ports/store.js';
import { Problems } from '../problems/problems.js';
import { decisionKey } from '../reading/decision-key.js';
import { MemoryProjections, MemoryProjectionStore } from './memory-projection-store.js';
import { ProjectedRun } from './projected-run.js';
import { ProjectionTask } from './projection-task.js';

let streams: MemoryStreams;
let rows: MemoryProjections;
let problems: Problems;
const tasks: ProjectionTask[] = [];

beforeEach(() => {
  streams = new MemoryStreams();
  rows = new MemoryProjections();
  problems = new Problems(Date.now);
});
afterEach(async () => {
  await Promise.all(tasks.splice(0).map((task) => task.stop()));
});

const journal = (): MemoryJournal => new MemoryJournal(streams);

function taskOf(store: ProjectionStore = new MemoryProjectionStore(rows), commitInputs = 5_000): ProjectionTask {
  const pace = { commitInputs, commitEveryMs: 0 };
  const task = new ProjectionTask({ journal: journal(), store, clock: new SystemClock(), problems, pace }, 0);
  tasks.push(task);
  return task;
}

/** A store whose commits go wrong as told. */
class FaultyProjections extends MemoryProjectionStore {
  fault: () => 'none' | 'before' | 'after' = () => 'none';
  override async commit(p: number, expected: Checkpoint | undefined, next: Checkpoint, projected: Projected) {
    const fault = this.fault();
    if (fault === 'before') throw new StoreUnavailableError('the store is away');
    const done = await super.commit(p, expected, next, projected);
    if (fault === 'after') throw new StoreUnavailableError('the answer was lost');
    return done;
  }
}

const edge = (id: string, participant: string): Sample => ({
  id,
  participant,
  accepted: false,
  contract: undefined,
  reasons: [{ code: 'unknown-type', retryable: false, detail: 'x' }],
});

/** All that a store tells of partition 0. */
async function told(store: ProjectionStore, ids: readonly string[]) {
  return {
    counts: await store.counts(),
    edges: await store.edges(),
    use: await store.contractUse(),
    found: await Promise.all(ids.map((id) => store.find(decisionKey('/participants/buyer-1', id)))),
  };
}

/** The fold of the journal from zero, in one run. */
async function foldedFromZero(): Promise<ProjectionStore> {
  const run = new ProjectedRun(0, 0);
  for await (const block of new JournalReader(journal(), 'verdicts-0').blocks()) run.add(block);
  const store = new MemoryProjectionStore();
  await store.commit(0, undefined, { revision: 0, term: 1 }, run.projected);
  return store;
}

describe('the projection of a partition', () => {
  it('counts by epoch, indexes decisions, groups edges, counts the use of contracts', async () => {
    const stream = new SampleStream(journal());
    await stream.append();
    await stream.append({ barrier: 1 }, { id: 'a', offset: 0 }, edge('b', 'buyer-1'));
    const [first] = await stream.append({ id: 'c', irregular: [{ code: 'conflict', retryable: false, detail: 'x' }] });
    await stream.append(
      { duplicate: first!, offset: 1 },
      { barrier: 2 },
      { duplicate: first!, offset: 2 },
      edge('d', 'e'),
    );
    const task = taskOf();
    await vi.waitUntil(() => task.status().revision === stream.end - 1);
    const store = new MemoryProjectionStore(rows);
    expect(await store.counts()).toEqual([
      { epoch: 1, accepted: 2, irregular: 1, rejected: 1, duplicates: 1 },
      { epoch: 2, accepted: 0, irregular: 0, rejected: 1, duplicates: 1 },
    ]);
    expect(await store.contractUse()).toEqual({ 'order.place': { 1: 2 } });
    expect(await store.find(decisionKey('/participants/buyer-1', 'c'))).toEqual([{ partition: 0, revision: first }]);
    expect(await store.edges()).toMatchObject([
      { signature: 'order.place unknown-type', count: 2, firstEpoch: 1, lastEpoch: 2, participants: ['buyer-1', 'e'] },
    ]);
  });

  it('goes on from its checkpoint, also where an epoch goes on', async () => {
    const stream = new SampleStream(journal());
    await stream.append({ barrier: 4 }, { id: 'a', epoch: 4 });
    const first = taskOf();
    await vi.waitUntil(() => first.status().revision === stream.end - 1);
    await first.stop();
    await stream.append({ duplicate: 2, offset: 9 });
    const second = taskOf();
    await vi.waitUntil(() => second.status().revision === stream.end - 1);
    expect(second.status().term).toBe(2);
    expect(await new MemoryProjectionStore(rows).counts()).toEqual([
      { epoch: 4, accepted: 1, irregular: 0, rejected: 0, duplicates: 1 },
    ]);
  });

  it('begins anew where the store is ahead of the journal', async () => {
    await new MemoryProjectionStore(rows).commit(
      0,
      undefined,
      { revision: 99, term: 7 },
      {
        counts: [{ epoch: 1, accepted: 50, irregular: 0, rejected: 0, duplicates: 0 }],
        decisions: [],
        edges: [],
        contractUse: {},
      },
    );
    const stream = new SampleStream(journal());
    await stream.append({ barrier: 1 }, { id: 'a' });
    const task = taskOf();
    await vi.waitUntil(() => task.status().revision === stream.end - 1);
    expect(await new MemoryProjectionStore(rows).counts()).toMatchObject([{ epoch: 1, accepted: 1 }]);
  });

  it('waits for a store that is away, and says so', async () => {
    const store = new FaultyProjections(rows);
    let failures = 3;
    store.fault = () => (failures-- > 0 ? 'before' : 'none');
    const stream = new SampleStream(journal());
    await stream.append({ barrier: 1 }, { id: 'a' });
    const task = taskOf(store);
    await vi.waitUntil(() => problems.list().some(({ code }) => code === 'store-unavailable'));
    await vi.waitUntil(() => task.status().revision === stream.end - 1);
    expect(problems.list()).toEqual([]);
  });

  it('says what the fold from zero says, whatever goes wrong and however many are at work at once', async () => {
    const sample = fc.constantFrom<(id: string) => Sample>(
      (id) => ({ id }),
      (id) => ({ id, pretty: true }),
      (id) => edge(id, 'buyer-1'),
      (id) => ({ id, accepted: false, reasons: [{ code: 'conflict', retryable: false, detail: 'x' }] }),
      () => ({ duplicate: 1, offset: 5 }),
      () => ({ barrier: 1 }),
    );
    const blocks = fc.array(fc.array(sample, { maxLength: 4 }), { minLength: 1, maxLength: 10 });
    const faults = fc.array(fc.constantFrom('none' as const, 'before' as const, 'after' as const), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(
        blocks,
        faults,
        fc.constantFrom(1, 3, 100),
        fc.nat(6),
        fc.nat(6),
        async (plan, broken, size, killAt, secondAt) => {
          streams = new MemoryStreams();
          rows = new MemoryProjections();
          const stream = new SampleStream(journal());
          const store = new FaultyProjections(rows);
          let call = 0;
          store.fault = () => broken[call++] ?? 'none';
          let epoch = 0;
          const ids: string[] = [];
          let current = taskOf(store, size);
          for (const [index, makers] of plan.entries()) {
            const samples = makers.map((make, i) => {
              const one = make(`${index}-${i}`);
              if ('id' in one) ids.push(one.id);
              return 'barrier' in one ? { barrier: ++epoch } : one;
            });
            await stream.append(...samples);
            if (index === secondAt) taskOf(store, size);
            if (index === killAt) {
              await current.stop();
              current = taskOf(store, size);
            }
            await new Promise((resolve) => setImmediate(resolve));
          }
          await vi.waitUntil(() => rows.partitions.get(0)?.checkpoint?.revision === stream.end - 1, { timeout: 5_000 });
          await Promise.all(tasks.splice(0).map((task) => task.stop()));
          expect(await told(new MemoryProjectionStore(rows), ids)).toEqual(await told(await foldedFromZero(), ids));
        },
      ),
      { numRuns: 25 },
    );
  });
});
