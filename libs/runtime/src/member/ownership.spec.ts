import { afterEach, describe, expect, it, vi } from 'vitest';
import { ENGINE } from '../engine.js';
import { Cluster, type Process } from '../fixture/cluster.js';
import type { AppendFault } from '../fixture/faults.js';
import { makeBlock } from '../journal/block.js';
import { MemoryJournal } from '../journal/memory-journal.js';
import type { Block } from '../ports/journal.js';
import type { PartitionTask } from '../partition/partition-task.js';
import type { Member } from './contract-member.js';

let cluster: Cluster;
afterEach(() => cluster.end());

const INTERVAL = { interval: 2, timeout: 10_000 };
const upTo = (count: number): number[] => Array.from({ length: count }, (_, offset) => offset);

/** Every input of a partition has its record, once and in order, and nothing but them. */
async function expectAnswered(partition = 0): Promise<void> {
  const expected = upTo(cluster.sent(partition));
  await vi.waitFor(async () => expect(await cluster.offsets(partition)).toEqual(expected), INTERVAL);
}

async function expectStoredAsFolded(partition = 0): Promise<void> {
  const { folded, stored } = await cluster.subjects(partition);
  expect(stored).toEqual(folded);
}

function sendSome(count: number): void {
  for (let n = 0; n < count; n++) cluster.send({ type: 'order.note', subject: `o${n % 7}` });
}

/** Resolves when the process owns so many partitions. */
function owning({ member }: Pick<Process, 'member'>, count: number): Promise<void> {
  return vi.waitFor(() => expect(member.tasks()).toHaveLength(count), INTERVAL);
}

/** A claim, or another block without records, by somebody who is no member. */
async function writeHeader(term: (last: Block) => number): Promise<void> {
  const journal = new MemoryJournal(cluster.streams);
  const last = (await journal.last('verdicts-0'))!;
  const { next } = (await cluster.blocks(0)).at(-1)!.header;
  const first = last.first + last.count;
  const atMs = cluster.clock.nowMs();
  const parts = { stream: 'verdicts-0', first, term: term(last), next, atMs, engine: ENGINE, lines: [] };
  await journal.append('verdicts-0', makeBlock(parts));
}

describe('partitions', () => {
  it('are shared among members, and go to those who stay', async () => {
    cluster = new Cluster(4);
    const log: string[] = [];
    const noted = (name: string) => ({
      onOwned: (partition: number, task: PartitionTask) =>
        log.push(`${name} has ${partition}, term ${task.status().term}`),
      onLost: (partition: number) => log.push(`${name} lost ${partition}`),
    });
    const first = await cluster.join(noted('one'));
    await owning(first, 4);
    await cluster.openEpoch();
    sendSome(40);
    const second = await cluster.join(noted('two'));
    await owning(second, 2);
    await owning(first, 2);
    sendSome(40);
    for (const partition of [0, 1, 2, 3]) await expectAnswered(partition);
    await first.member.close();
    await owning(second, 4);
    sendSome(40);
    for (const partition of [0, 1, 2, 3]) await expectAnswered(partition);
    expect(log).toEqual([
      'one has 0, term 1',
      'one has 1, term 1',
      'one has 2, term 1',
      'one has 3, term 1',
      'one lost 2',
      'one lost 3',
      'two has 2, term 2',
      'two has 3, term 2',
      'one lost 0',
      'one lost 1',
      'two has 0, term 2',
      'two has 1, term 2',
    ]);
    await second.member.close();
    for (const partition of [0, 1, 2, 3]) await expectStoredAsFolded(partition);
  });

  it('of a process that was killed are taken over where it had got to', async () => {
    cluster = new Cluster();
    const first = await cluster.join();
    await cluster.openEpoch();
    sendSome(100);
    await expectAnswered();
    sendSome(1_500);
    await vi.waitFor(async () => expect((await cluster.offsets()).length).toBeGreaterThan(600), INTERVAL);
    const second = await cluster.join();
    await cluster.kill(first);
    await expectAnswered();
    await second.member.close();
    await expectStoredAsFolded();
  });

  it('of a process that was only thought dead are judged once: its late block is refused, and it gives them up', async () => {
    cluster = new Cluster();
    const zombie = await cluster.join({ instance: 'zombie' });
    await cluster.openEpoch();
    sendSome(10);
    await expectAnswered();
    // It stops in the middle of an append, for longer than its session lasts.
    const asleep = Promise.withResolvers<void>();
    const appending = Promise.withResolvers<void>();
    zombie.journal.fault = async (): Promise<AppendFault> => {
      appending.resolve();
      await asleep.promise;
      return 'none';
    };
    sendSome(5);
    await appending.promise;
    const heir = await cluster.join();
    await zombie.log.vanish();
    sendSome(5);
    await expectAnswered();
    asleep.resolve();
    await vi.waitFor(
      () => expect(zombie.member.status()).toMatchObject({ ready: false, problems: [{ code: 'partition-lost' }] }),
      INTERVAL,
    );
    expect(zombie.member.tasks()).toEqual([]);
    sendSome(5);
    await expectAnswered();
    expect(heir.member.status()).toMatchObject({ ready: true, problems: [] });
    await cluster.end();
    await expectStoredAsFolded();
  });

  it('are given up while their process waits for the journal', async () => {
    cluster = new Cluster();
    const first = await cluster.join({ tasks: { queueMax: 5 } });
    await cluster.openEpoch();
    await vi.waitFor(async () => expect(await cluster.entries()).toHaveLength(1), INTERVAL);
    first.journal.fault = () => 'before';
    sendSome(20);
    await vi.waitFor(() => expect(first.member.status()).toMatchObject({ ready: false }), INTERVAL);
    await first.member.close();
    expect(await cluster.offsets()).toEqual([]);
    await cluster.join();
    await expectAnswered();
  });

  it('are claimed when the journal is back that was away at the start', async () => {
    cluster = new Cluster();
    let isAway = true;
    const { member } = await cluster.join({}, ({ journal }) => {
      journal.fault = (stream) => (isAway && stream.startsWith('verdicts') ? 'before' : 'none');
    });
    await vi.waitFor(
      () => expect(member.status()).toMatchObject({ ready: false, problems: [{ code: 'journal-unavailable' }] }),
      INTERVAL,
    );
    expect(member.tasks()).toEqual([]);
    isAway = false;
    await owning({ member }, 1);
    expect(member.status()).toMatchObject({ ready: true, problems: [] });
    expect(await cluster.blocks(0)).toHaveLength(1);
  });
});

describe('while the journal is away', () => {
  it('batches wait, readiness says so, and nothing is lost or doubled', async () => {
    cluster = new Cluster();
    const { member, journal } = await cluster.join({ tasks: { queueMax: 10 } });
    await cluster.openEpoch();
    sendSome(10);
    await expectAnswered();
    let left = 3;
    journal.fault = () => (left-- > 0 ? (left % 2 === 0 ? 'before' : 'after') : 'none');
    sendSome(700);
    await vi.waitFor(
      () => expect(member.status()).toMatchObject({ ready: false, problems: [{ code: 'journal-unavailable' }] }),
      INTERVAL,
    );
    await expectAnswered();
    await vi.waitFor(() => expect(member.status()).toMatchObject({ ready: true, problems: [] }), INTERVAL);
  });

  it('a claim is made once, though its answer was lost', async () => {
    cluster = new Cluster();
    const first = await cluster.join();
    await owning(first, 1);
    await first.member.close();
    const lost = await cluster.join({}, ({ journal }) => {
      journal.fault = (stream): AppendFault => {
        if (!stream.startsWith('verdicts')) return 'none';
        journal.fault = () => 'none';
        return 'after';
      };
    });
    await owning(lost, 1);
    const terms = (await cluster.blocks(0)).map(({ header }) => header.term);
    expect(terms).toEqual([1, 2]);
    await cluster.openEpoch();
    sendSome(3);
    await expectAnswered();
  });
});

describe('while the store is away', () => {
  it('partitions are recovered when it is back', async () => {
    cluster = new Cluster();
    await (await cluster.join()).member.close();
    const process = await cluster.join({}, ({ store }) => void (store.away = true));
    await vi.waitFor(
      () => expect(process.member.status()).toMatchObject({ ready: false, problems: [{ code: 'store-unavailable' }] }),
      INTERVAL,
    );
    await cluster.openEpoch();
    sendSome(10);
    process.store.away = false;
    await expectAnswered();
    expect(process.member.status()).toMatchObject({ ready: true, problems: [] });
  });

  it('the process can be closed', async () => {
    cluster = new Cluster();
    const process = await cluster.join({}, ({ store }) => void (store.away = true));
    await vi.waitFor(() => expect(process.member.status().ready).toBe(false), INTERVAL);
    await process.member.close();
    await cluster.openEpoch();
    sendSome(10);
    await cluster.join();
    await expectAnswered();
  });
});

describe('when somebody else writes in between', () => {
  it('under the same term, memory is rebuilt, and inputs are judged where the cursor stands', async () => {
    cluster = new Cluster();
    const { member, journal } = await cluster.join();
    await cluster.openEpoch();
    sendSome(10);
    await expectAnswered();
    let once = true;
    journal.fault = async (stream): Promise<AppendFault> => {
      if (once && stream === 'verdicts-0') {
        once = false;
        await writeHeader(({ term }) => term);
      }
      return 'none';
    };
    sendSome(20);
    await expectAnswered();
    expect(member.status()).toMatchObject({ ready: true, problems: [] });
    await member.close();
    await expectStoredAsFolded();
  });

  it('and has answered inputs that wait here, those are dropped', async () => {
    cluster = new Cluster();
    const first = await cluster.join();
    await cluster.openEpoch();
    sendSome(10);
    await expectAnswered();
    // Two connections of one and the same writer: a copy of its block is written, then the original conflicts.
    let once = true;
    first.journal.fault = async (stream, block): Promise<AppendFault> => {
      if (once && stream === 'verdicts-0') {
        once = false;
        const lines = Buffer.from(block.bytes).toString().trimEnd().split('\n').slice(1);
        const header = JSON.parse(Buffer.from(block.bytes).toString().split('\n', 1)[0]!) as { next: number };
        const answered = lines.length - 3;
        const copy = makeBlock({
          stream,
          first: block.first,
          term: block.term,
          next: header.next - 3,
          atMs: cluster.clock.nowMs(),
          engine: ENGINE,
          lines: lines.slice(0, answered),
        });
        await first.journal.below.append(stream, copy);
      }
      return 'none';
    };
    sendSome(20);
    await expectAnswered();
    await first.member.close();
    await expectStoredAsFolded();
  });

  it('under a later term and is gone, the partition is claimed again after a while, and nothing is left out', async () => {
    cluster = new Cluster();
    const { member } = await cluster.join({ tasks: { queueMax: 50 } });
    await cluster.openEpoch();
    sendSome(10);
    await expectAnswered();
    await writeHeader(({ term }) => term + 1);
    sendSome(600);
    await vi.waitFor(
      () => expect(member.status()).toMatchObject({ ready: false, problems: [{ code: 'partition-lost' }] }),
      INTERVAL,
    );
    expect(await cluster.offsets()).toEqual(upTo(10));
    await vi.waitFor(async () => {
      cluster.clock.advance(30_000);
      expect(await cluster.offsets()).toEqual(upTo(cluster.sent(0)));
    }, INTERVAL);
    expect(member.status()).toMatchObject({ ready: true, problems: [], partitions: [{ term: 3 }] });
  });
});

describe('a topic that gets more partitions', () => {
  it('is not worked on where the space has none', async () => {
    cluster = new Cluster(2);
    const { member } = await cluster.join();
    await owning({ member }, 2);
    await expect((member as Member).assigned(2)).rejects.toMatchObject({ code: 'topic-differs' });
    expect(member.status()).toMatchObject({ ready: false, problems: [{ code: 'topic-differs' }] });
    expect(member.status().partitions).toHaveLength(2);
  });
});
