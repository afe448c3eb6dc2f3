import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ManualClock } from '../clock/manual-clock.js';
import { StoreUnavailableError } from '../ports/errors.js';
import type { Leases } from '../ports/leases.js';
import { Problems } from '../problems/problems.js';
import { LeaseHolder } from './lease-holder.js';
import { MemoryLeases, MemoryLeaseTable } from './memory-leases.js';

let clock: ManualClock;
let table: MemoryLeaseTable;
let problems: Problems;
const holders: LeaseHolder[] = [];

beforeEach(() => {
  clock = new ManualClock();
  table = new MemoryLeaseTable(() => clock.monotonicMs());
  problems = new Problems(() => clock.nowMs());
});
afterEach(() => Promise.all(holders.splice(0).map((holder) => holder.close())));

function holderOf(owner: string, leases: Leases = new MemoryLeases(table), ownClock = clock) {
  const said: string[] = [];
  const options = { leases, name: 'feedback', owner, forMs: 9_000, clock: ownClock, problems };
  const holder = new LeaseHolder({ ...options, gained: () => said.push('gained'), lost: () => said.push('lost') });
  holders.push(holder);
  return { holder, said };
}

/** Lets what was begun come to its end, then time pass. */
async function pass(byMs: number): Promise<void> {
  for (let passed = 0; passed < byMs; passed += 500) {
    await settled();
    clock.advance(Math.min(500, byMs - passed));
  }
  await settled();
}
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

class FaultyLeases extends MemoryLeases {
  away = false;
  override async hold(name: string, owner: string, forMs: number): Promise<boolean> {
    if (this.away) throw new StoreUnavailableError('the store is away');
    return super.hold(name, owner, forMs);
  }
}

describe('who holds a lease', () => {
  it('has it at once where nobody else does, and keeps it', async () => {
    const { holder, said } = holderOf('a');
    await settled();
    expect(said).toEqual(['gained']);
    await pass(60_000);
    expect(said).toEqual(['gained']);
    expect(holder.held).toBe(true);
  });

  it('gives it back when closed, so that the next has it without waiting for it to run out', async () => {
    const one = holderOf('a');
    await settled();
    const other = holderOf('b');
    await settled();
    expect(other.said).toEqual([]);
    await one.holder.close();
    expect(one.said).toEqual(['gained', 'lost']);
    await pass(3_000);
    expect(other.said).toEqual(['gained']);
  });

  it('loses it when the store is away for its time, says so, and has it again afterwards', async () => {
    const leases = new FaultyLeases(table);
    const { holder, said } = holderOf('a', leases);
    await settled();
    leases.away = true;
    await pass(8_500);
    expect(said).toEqual(['gained']);
    expect(problems.list()).toMatchObject([{ code: 'store-unavailable' }]);
    await pass(3_500);
    expect(said).toEqual(['gained', 'lost']);
    expect(holder.held).toBe(false);
    leases.away = false;
    await pass(3_500);
    expect(said).toEqual(['gained', 'lost', 'gained']);
    expect(problems.list()).toEqual([]);
  });

  it('does not think it has it after having been stopped for longer than it holds', async () => {
    const { holder, said } = holderOf('a');
    await settled();
    // No timer fires in a process that is stopped; the first thing it does afterwards is to ask.
    const stopped = vi.spyOn(clock, 'monotonicMs').mockReturnValue(20_000);
    expect(holder.held).toBe(false);
    stopped.mockRestore();
    await new MemoryLeases(table).release('feedback', 'a');
    const other = holderOf('b');
    await settled();
    expect(other.said).toEqual(['gained']);
    await pass(3_500);
    expect(said).toEqual(['gained', 'lost']);
  });

  it('is never two at once, whoever comes and goes', async () => {
    const all = ['a', 'b', 'c'].map((owner) => holderOf(owner));
    for (let turn = 0; turn < 12; turn++) {
      await pass(2_000);
      expect(all.filter(({ holder }) => holder.held).length).toBeLessThanOrEqual(1);
      if (turn % 4 === 3) {
        const first = all.find(({ holder }) => holder.held);
        await first!.holder.close();
        all.splice(all.indexOf(first!), 1);
        all.push(holderOf(`d${turn}`));
      }
    }
    await pass(4_000);
    expect(all.filter(({ holder }) => holder.held)).toHaveLength(1);
  });
});
