import {
  array,
  assert,
  asyncProperty,
  boolean,
  constant,
  constantFrom,
  nat,
  oneof,
  record,
  type Arbitrary,
} from 'fast-check';
import { expect, it, vi } from 'vitest';
import { ENGINE } from '../engine.js';
import { Cluster, type Process } from '../fixture/cluster.js';
import type { AppendFault } from '../fixture/faults.js';
import { DAY_MS } from '../fixture/shop-model.js';
import { makeBlock } from '../journal/block.js';

const TYPES = ['order.place', 'order.ship', 'order.note', 'order.cancel', 'order.vanish'];
const PROCESSES_MAX = 3;

/** What happens next. `who` picks one of the processes that run. */
type Step =
  | { does: 'send'; subject: number; verb: number; repeats: boolean }
  | { does: 'send many'; subject: number }
  | { does: 'send badly'; how: 'tombstone' | 'half' | 'elsewhere' | 'no key' }
  | { does: 'let pass'; ms: number }
  | { does: 'open epoch'; aheadMs: number }
  | { does: 'join' }
  | { does: 'kill' | 'close' | 'fall asleep' | 'lose the store'; who: number }
  | { does: 'wake up' }
  | { does: 'append badly'; who: number; fault: AppendFault | 'overtaken' };

const who = nat(PROCESSES_MAX - 1);
const step: Arbitrary<Step> = oneof(
  {
    weight: 12,
    arbitrary: record({
      does: constant('send' as const),
      subject: nat(7),
      verb: nat(TYPES.length - 1),
      repeats: boolean(),
    }),
  },
  { weight: 2, arbitrary: record({ does: constant('send many' as const), subject: nat(7) }) },
  {
    weight: 2,
    arbitrary: record({
      does: constant('send badly' as const),
      how: constantFrom('tombstone' as const, 'half' as const, 'elsewhere' as const, 'no key' as const),
    }),
  },
  { weight: 3, arbitrary: record({ does: constant('let pass' as const), ms: constantFrom(1, 500, 8 * DAY_MS) }) },
  { weight: 3, arbitrary: record({ does: constant('open epoch' as const), aheadMs: constantFrom(-5_000, 0, 700) }) },
  { weight: 3, arbitrary: record({ does: constant('join' as const) }) },
  {
    weight: 3,
    arbitrary: record({
      does: constantFrom('kill' as const, 'close' as const, 'fall asleep' as const, 'lose the store' as const),
      who,
    }),
  },
  { weight: 2, arbitrary: record({ does: constant('wake up' as const) }) },
  {
    weight: 4,
    arbitrary: record({
      does: constant('append badly' as const),
      who,
      fault: constantFrom<AppendFault | 'overtaken'>('before', 'after', 'overtaken'),
    }),
  },
);

/** The cluster with what is going wrong in it at the moment. */
class Trouble {
  readonly running: Process[] = [];
  /** What was begun and cannot end before all is well again. */
  readonly underWay: Promise<unknown>[] = [];
  private readonly sleepers: (() => void)[] = [];
  private ids = 0;

  constructor(
    readonly cluster: Cluster,
    private readonly options: Parameters<Cluster['join']>[0],
  ) {}

  async take(one: Step): Promise<void> {
    const { cluster, running } = this;
    switch (one.does) {
      case 'send': {
        const sent = { type: TYPES[one.verb]!, subject: `o${one.subject}`, id: `a${++this.ids}` };
        cluster.send(sent);
        if (one.repeats) cluster.send(sent);
        break;
      }
      case 'send many':
        for (let n = 0; n < 60; n++) cluster.send({ type: TYPES[n % 4]!, subject: `o${(one.subject + n) % 13}` });
        break;
      case 'send badly':
        this.sendBadly(one.how);
        break;
      case 'let pass':
        cluster.clock.advance(one.ms);
        break;
      case 'open epoch':
        await cluster.openEpoch(cluster.clock.nowMs() + one.aheadMs);
        break;
      case 'join':
        if (running.length < PROCESSES_MAX) running.push(await cluster.join(this.options));
        break;
      case 'wake up':
        this.heal();
        break;
      case 'append badly':
        this.appendBadly(running[one.who], one.fault);
        break;
      case 'kill':
      case 'close':
      case 'fall asleep':
      case 'lose the store': {
        const process = running[one.who];
        if (process !== undefined) this.strike(process, one.does);
        break;
      }
      default:
        one satisfies never;
    }
    // Something, but not all, of what this leads to happens before the next step.
    for (let turn = 0; turn < 6; turn++) await new Promise((resolve) => setImmediate(resolve));
  }

  /** Everything works again, and whoever slept goes on. */
  heal(): void {
    for (const { journal, store } of this.running) {
      journal.fault = () => 'none';
      store.away = false;
    }
    for (const wake of this.sleepers.splice(0)) wake();
  }

  private sendBadly(how: 'tombstone' | 'half' | 'elsewhere' | 'no key'): void {
    const { cluster } = this;
    const event = JSON.stringify(cluster.event({ type: 'order.place', subject: 'o1', id: `b${++this.ids}` }));
    const partition = this.ids % cluster.partitions;
    if (how === 'tombstone') cluster.put(partition, 'o1', null);
    else if (how === 'half') cluster.put(partition, 'o1', '{"half":');
    else cluster.put(partition, how === 'no key' ? null : 'o1', event);
  }

  private strike(process: Process, what: 'kill' | 'close' | 'fall asleep' | 'lose the store'): void {
    const { cluster, running, underWay } = this;
    if (what === 'lose the store') {
      process.store.away = true;
      return;
    }
    running.splice(running.indexOf(process), 1);
    if (what === 'kill') {
      underWay.push(cluster.kill(process));
    } else if (what === 'close') {
      process.journal.fault = () => 'none';
      process.store.away = false;
      underWay.push(process.member.close());
    } else {
      // Its session ends while it sleeps; then it goes on with what it was about to do.
      const awake = Promise.withResolvers<void>();
      process.journal.fault = async (): Promise<AppendFault> => {
        await awake.promise;
        return 'none';
      };
      this.sleepers.push(() => {
        process.store.away = false;
        awake.resolve();
      });
      underWay.push(process.log.vanish());
    }
  }

  private appendBadly(process: Process | undefined, fault: AppendFault | 'overtaken'): void {
    if (process === undefined) return;
    const { journal } = process;
    journal.fault = async (stream, block): Promise<AppendFault> => {
      if (!stream.startsWith('verdicts')) return 'none';
      journal.fault = () => 'none';
      if (fault !== 'overtaken') return fault;
      // Somebody under the same term has written a part of it, with what answers that part.
      const [head, ...lines] = Buffer.from(block.bytes).toString().trimEnd().split('\n');
      const { next } = JSON.parse(head!) as { next: number };
      const inputs = lines.filter((line) => /"offset":\d+/.test(line)).length;
      const kept = inputs === lines.length ? lines.slice(0, Math.ceil(lines.length / 2)) : [];
      const answered = kept.length === 0 ? next - inputs : offsetAfter(kept.at(-1)!);
      const { first, term } = block;
      const parts = { stream, first, term, next: answered, atMs: 0, engine: ENGINE, lines: kept };
      await journal.below.append(stream, makeBlock(parts)).catch(() => undefined);
      return 'none';
    };
  }
}

function offsetAfter(line: string): number {
  const { input, offset } = JSON.parse(line) as { input?: { offset: number }; offset?: number };
  return (input?.offset ?? offset!) + 1;
}

/** What must hold of a partition at the end, whatever happened. */
async function expectExact(cluster: Cluster, partition: number): Promise<void> {
  const offsets = Array.from({ length: cluster.sent(partition) }, (_, offset) => offset);
  expect(await cluster.offsets(partition)).toEqual(offsets);
  // Reading checks that terms never fall; the cursor is where its block has got to.
  let cursor = 0;
  for (const { header, records } of await cluster.blocks(partition)) {
    const answered = records.flatMap(({ line }) => {
      const text = line.toString();
      return /^\{"kind":"(verdict|duplicate)".*"offset":\d+/.test(text) ? offsetAfter(text) : [];
    });
    cursor = answered.at(-1) ?? cursor;
    expect(header.next).toBe(cursor);
  }
  let atMs = 0;
  let epoch = 0;
  const used = new Map<string, number>();
  for (const entry of await cluster.entries(partition)) {
    if (entry.kind === 'duplicate') continue;
    const at = entry.kind === 'barrier' ? entry.atMs : entry.verdict.atMs;
    expect(at).toBeGreaterThanOrEqual(atMs);
    atMs = at;
    if (entry.kind === 'barrier') {
      expect(entry.epoch).toBe(++epoch);
      continue;
    }
    expect(entry.verdict.epoch).toBe(epoch);
    const { usesId, id, source } = entry.verdict;
    if (usesId && source !== '/clock') used.set(id!, (used.get(id!) ?? 0) + 1);
  }
  expect([...used].filter(([, times]) => times > 1)).toEqual([]);
  const { folded, stored } = await cluster.subjects(partition);
  expect(stored).toEqual(folded);
}

it('every offset has one record in order, and the store is the journal folded, whatever goes wrong', async () => {
  await assert(
    asyncProperty(
      array(step, { minLength: 5, maxLength: 60 }),
      constantFrom(1, 3),
      constantFrom(2, 1_000),
      constantFrom(1, 7, 1_000),
      constantFrom(20, 4_000),
      async (steps, partitions, subjectsInMemory, flushVerdicts, queueMax) => {
        const cluster = new Cluster(partitions);
        const trouble = new Trouble(cluster, { subjectsInMemory, tasks: { flushVerdicts, queueMax } });
        await trouble.take({ does: 'join' });
        for (const one of steps) await trouble.take(one);

        trouble.heal();
        await trouble.take({ does: 'join' });
        const epoch = await cluster.openEpoch();
        for (let partition = 0; partition < partitions; partition++) {
          await vi.waitFor(
            async () => {
              cluster.clock.advance(15_000);
              const blocks = await cluster.blocks(partition);
              expect(blocks.at(-1)?.header.next).toBe(cluster.sent(partition));
              const barriers = (await cluster.entries(partition)).filter(({ kind }) => kind === 'barrier');
              expect(barriers).toHaveLength(epoch);
            },
            { interval: 5, timeout: 10_000 },
          );
        }
        await cluster.end();
        await Promise.all(trouble.underWay);
        for (let partition = 0; partition < partitions; partition++) await expectExact(cluster, partition);
      },
    ),
    { numRuns: 25, endOnFailure: true },
  );
}, 60_000);
