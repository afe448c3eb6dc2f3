import { partitionOf } from '@tutti/kernel';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Cluster, type Process } from '../fixture/cluster.js';
import { readBlock } from '../journal/block.js';
import { MemoryJournal } from '../journal/memory-journal.js';
import { verdictsOf } from '../reading/block-shelf.js';
import { DEATHS_MAX } from './suspects.js';

let cluster: Cluster;
afterEach(() => cluster.end());

const INTERVAL = { interval: 2, timeout: 10_000 };
const POISON = 'the-one-that-kills';
let subjects = 0;

/** A process that dies when it judges the poison: its block never gets to the journal. */
async function startMortal(): Promise<{ process: Process; death: Promise<'died'> }> {
  const death = Promise.withResolvers<'died'>();
  const connections: Omit<Process, 'member'>[] = [];
  const process = await cluster.join({}, (made) => {
    connections.push(made);
    made.journal.fault = async (_, block) => {
      if (!Buffer.from(block.bytes).includes(POISON)) return 'none';
      await cluster.kill(made);
      death.resolve('died');
      return new Promise(() => undefined);
    };
  });
  return { process, death: death.promise };
}

async function isAnswered(): Promise<void> {
  await vi.waitFor(async () => expect(await isAnsweredNow()).toBe(true), INTERVAL);
  for (let partition = 0; partition < cluster.partitions; partition++) {
    const expected = Array.from({ length: cluster.sent(partition) }, (_, offset) => offset);
    expect(await cluster.offsets(partition)).toEqual(expected);
  }
}

async function isAnsweredNow(): Promise<boolean> {
  const journal = new MemoryJournal(cluster.streams);
  for (let partition = 0; partition < cluster.partitions; partition++) {
    const last = await journal.last(verdictsOf(partition));
    if (last === undefined || readBlock(verdictsOf(partition), last).header.next !== cluster.sent(partition))
      return false;
  }
  return true;
}

/** Starts processes, one after the other has died, until one answers everything; gives how many died. */
async function restartUntilAnswered(): Promise<number> {
  for (let deaths = 0; deaths < 50; deaths++) {
    const { death } = await startMortal();
    for (;;) {
      const next = new Promise<'alive'>((resolve) => setImmediate(() => resolve('alive')));
      if ((await Promise.race([death, next])) === 'died') break;
      if (await isAnsweredNow()) return deaths;
    }
  }
  throw new Error('it goes on dying');
}

/** Verdict codes by offset. */
async function codes(partition: number): Promise<Record<number, string[]>> {
  const entries = await cluster.entries(partition);
  return Object.fromEntries(entries.flatMap((one) => (one.kind === 'verdict' ? [[one.offset, one.codes]] : [])));
}

describe('an input that kills the process', () => {
  it(`is refused after ${DEATHS_MAX} deaths with others and ${DEATHS_MAX} alone, unread; all others are judged`, async () => {
    cluster = new Cluster();
    const { member } = await cluster.join();
    await cluster.openEpoch();
    await vi.waitFor(async () => expect(await cluster.entries()).toHaveLength(1), INTERVAL);
    await member.close();
    for (let n = 0; n < 20; n++) cluster.send({ type: 'order.place', subject: `o${++subjects}` });
    cluster.send({ type: 'order.place', subject: 'p1', id: POISON });
    for (let n = 0; n < 20; n++) cluster.send({ type: 'order.place', subject: `o${++subjects}` });

    expect(await restartUntilAnswered()).toBe(2 * DEATHS_MAX);
    const given = await codes(0);
    expect(given[20]).toEqual(['quarantined']);
    expect(Object.values(given).filter((one) => one.length > 0)).toHaveLength(1);
    const refused = (await cluster.entries()).find((one) => one.kind === 'verdict' && one.offset === 20);
    expect(refused).toMatchObject({ verdict: { accepted: false, id: undefined, subject: { id: 'p1' } } });
    await cluster.end();
    const { folded, stored } = await cluster.subjects(0);
    expect(stored).toEqual(folded);
  });

  it('costs no other partition of its process a decision', async () => {
    cluster = new Cluster(4);
    const { member } = await cluster.join();
    await cluster.openEpoch();
    for (const partition of [0, 1, 2, 3]) {
      await vi.waitFor(async () => expect(await cluster.entries(partition)).toHaveLength(1), INTERVAL);
    }
    await member.close();
    for (let n = 0; n < 40; n++) cluster.send({ type: 'order.place', subject: `o${++subjects}` });
    cluster.send({ type: 'order.place', subject: 'p1', id: POISON });
    for (let n = 0; n < 40; n++) cluster.send({ type: 'order.place', subject: `o${++subjects}` });
    await restartUntilAnswered();
    const poisoned = partitionOf('p1', 4);
    for (const partition of [0, 1, 2, 3]) {
      const refused = Object.values(await codes(partition)).filter((one) => one.length > 0);
      expect(refused).toEqual(partition === poisoned ? [['quarantined']] : []);
    }
  });

  it('in binary mode keeps its attributes and its body', async () => {
    cluster = new Cluster();
    const { member } = await cluster.join();
    await cluster.openEpoch();
    await vi.waitFor(async () => expect(await cluster.entries()).toHaveLength(1), INTERVAL);
    await member.close();
    const { data: _, ...attributes } = cluster.event({ type: 'order.note', subject: 'o1' });
    const headers = Object.fromEntries(
      Object.entries(attributes).map(([name, value]) => [`ce_${name}`, String(value)]),
    );
    cluster.put(0, 'o1', JSON.stringify({ text: POISON }), headers);
    await restartUntilAnswered();
    const refused = (await cluster.entries()).at(-1);
    expect(refused).toMatchObject({ codes: ['quarantined'], verdict: { id: attributes['id'], type: 'order.note' } });
  });
});

describe('tenures that got nothing done because there was nothing to do', () => {
  it('raise no suspicion against what comes later', async () => {
    cluster = new Cluster();
    for (let n = 0; n < 10; n++) {
      const process = await cluster.join();
      await vi.waitFor(() => expect(process.member.tasks()).toHaveLength(1), INTERVAL);
      await cluster.kill(process);
    }
    cluster.clock.advance(1);
    await cluster.join();
    await cluster.openEpoch();
    for (let n = 0; n < 50; n++) cluster.send({ type: 'order.place', subject: `o${++subjects}` });
    await isAnswered();
    const blocks = await cluster.blocks(0);
    const empty = blocks.filter(({ header }) => header.count === 1);
    expect(empty.map(({ header }) => header.term)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  it('and were unlucky besides: what is tried alone is judged as ever', async () => {
    cluster = new Cluster();
    for (let n = 0; n < 50; n++) cluster.send({ type: 'order.place', subject: `o${++subjects}` });
    for (let n = 0; n < DEATHS_MAX; n++) {
      const process = await cluster.join();
      await vi.waitFor(() => expect(process.member.tasks()).toHaveLength(1), INTERVAL);
      await cluster.kill(process);
    }
    await cluster.join();
    await cluster.openEpoch();
    await isAnswered();
    expect(Object.values(await codes(0))).toEqual(Array.from({ length: 50 }, () => []));
    const attempts = (await cluster.blocks(0)).filter(({ header }) => header.count === 1 && header.term === 4);
    expect(attempts).toHaveLength(1 + 50);
  });
});
