import { afterEach, describe, expect, it, vi } from 'vitest';
import { ManualClock } from '../clock/manual-clock.js';
import { SampleStream } from '../fixture/verdict-stream.js';
import { makeBlock } from '../journal/block.js';
import { MemoryJournal, MemoryStreams } from '../journal/memory-journal.js';
import { MemoryLeases, MemoryLeaseTable } from '../leases/memory-leases.js';
import { MemoryProjections, MemoryProjectionStore } from './memory-projection-store.js';
import { runProjection, type RunningProjection } from './run-projection.js';

const running: RunningProjection[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.close()));
});

class Ground {
  readonly clock = new ManualClock();
  readonly streams = new MemoryStreams();
  readonly rows = new MemoryProjections();
  readonly table = new MemoryLeaseTable(() => this.clock.monotonicMs());

  async createSpace(partitions: number, space = 'shop'): Promise<void> {
    const formats = { journal: 1, control: 1 };
    const at = '2026-03-02T10:00:00.000Z';
    const created = { kind: 'SpaceCreated', space, partitions, hash: 'murmur2', trust: 'network', formats, at };
    const lines = [JSON.stringify(created)];
    const parts = { stream: 'control', first: 0, term: 0, next: null, atMs: 0, engine: '1', lines };
    await new MemoryJournal(this.streams).append('control', makeBlock(parts));
  }

  run(owner: string): RunningProjection {
    const one = runProjection({
      space: 'shop',
      journal: new MemoryJournal(this.streams),
      store: new MemoryProjectionStore(this.rows),
      leases: new MemoryLeases(this.table),
      owner,
      clock: this.clock,
      leaseMs: 9_000,
      pace: { commitEveryMs: 0 },
    });
    running.push(one);
    return one;
  }

  /** Lets time pass, and what it wakes come to its end. */
  async pass(byMs: number): Promise<void> {
    for (let passed = 0; passed < byMs; passed += 1_000) {
      for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
      this.clock.advance(1_000);
    }
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
  }
}

const shares = (...all: RunningProjection[]): number[] => all.map((one) => one.status().partitions.length);
const owned = (...all: RunningProjection[]): number[] =>
  all.flatMap((one) => one.status().partitions.map(({ partition }) => partition)).toSorted((a, b) => a - b);

describe('projection in several processes', () => {
  it('shares the partitions out evenly, and anew when one comes or goes', async () => {
    const ground = new Ground();
    await ground.createSpace(5);
    const one = ground.run('a');
    await ground.pass(3_000);
    expect(owned(one)).toEqual([0, 1, 2, 3, 4]);
    const two = ground.run('b');
    const three = ground.run('c');
    await ground.pass(15_000);
    expect(shares(one, two, three)).toEqual([2, 2, 1]);
    expect(owned(one, two, three)).toEqual([0, 1, 2, 3, 4]);
    await two.close();
    await ground.pass(12_000);
    expect(owned(one, three)).toEqual([0, 1, 2, 3, 4]);
    expect(shares(one, three)).toEqual([3, 2]);
  });

  it('takes over where a process vanishes', async () => {
    const ground = new Ground();
    await ground.createSpace(4);
    const leases = new MemoryLeases(ground.table);
    await leases.hold('projection-member-gone', 'gone', 9_000);
    await leases.hold('projection-1', 'gone', 9_000);
    const one = ground.run('a');
    await ground.pass(6_000);
    expect(owned(one)).not.toContain(1);
    await ground.pass(9_000);
    expect(owned(one)).toEqual([0, 1, 2, 3]);
  });

  it('waits for a space, then projects it', async () => {
    const ground = new Ground();
    const one = ground.run('a');
    await vi.waitUntil(() => one.status().problems.length > 0);
    expect(one.status().problems).toMatchObject([{ code: 'no-space' }]);
    await ground.createSpace(1);
    const stream = new SampleStream(new MemoryJournal(ground.streams));
    await stream.append({ barrier: 1 }, { id: 'a' });
    await vi.waitUntil(() => one.status().partitions[0]?.revision === stream.end - 1);
    expect(await new MemoryProjectionStore(ground.rows).counts()).toMatchObject([{ epoch: 1, accepted: 1 }]);
    expect(one.status().problems).toEqual([]);
  });

  it('refuses the journal of another space', async () => {
    const ground = new Ground();
    await ground.createSpace(1, 'other');
    const one = ground.run('a');
    await vi.waitUntil(() => one.status().problems.length > 0);
    expect(one.status().problems).toMatchObject([{ code: 'space-differs' }]);
    expect(one.status().partitions).toEqual([]);
  });
});
