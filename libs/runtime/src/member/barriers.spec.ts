import { TuttiError } from '@tutti/kernel';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Cluster, type Entry, type Process } from '../fixture/cluster.js';
import type { AppendFault } from '../fixture/faults.js';
import { DAY_MS } from '../fixture/shop-model.js';
import type { LogRecord } from '../ports/log.js';
import type { Member } from './contract-member.js';

let cluster: Cluster;
afterEach(() => cluster.end());

const INTERVAL = { interval: 2, timeout: 10_000 };

/** Epochs of barriers and offsets of inputs, in the order they stand in. */
async function order(partition = 0): Promise<string[]> {
  return (await cluster.entries(partition)).map((entry: Entry) =>
    entry.kind === 'barrier' ? `epoch ${entry.epoch}` : `${entry.offset ?? 'clock'}`,
  );
}

async function expectOrder(expected: string[], partition = 0): Promise<void> {
  await vi.waitFor(async () => expect(await order(partition)).toEqual(expected), INTERVAL);
}

/** Lets the log's answers about its ends wait until told. */
function holdRange({ log }: Process): () => void {
  const gate = Promise.withResolvers<void>();
  const range = log.range.bind(log);
  log.range = async (topic, partition) => {
    await gate.promise;
    return range(topic, partition);
  };
  return () => gate.resolve();
}

/** Lets appends wait until told. */
function holdAppend({ journal }: Process): () => void {
  const gate = Promise.withResolvers<void>();
  journal.fault = async (): Promise<AppendFault> => {
    await gate.promise;
    return 'none';
  };
  return () => gate.resolve();
}

describe('a barrier', () => {
  it('is passed by idle partitions too, every missed one in order', async () => {
    cluster = new Cluster(3);
    await cluster.join();
    for (let epoch = 0; epoch < 3; epoch++) await cluster.openEpoch();
    for (const partition of [0, 1, 2]) await expectOrder(['epoch 1', 'epoch 2', 'epoch 3'], partition);
    await cluster.end();
    for (let epoch = 0; epoch < 2; epoch++) await cluster.openEpoch();
    await cluster.join();
    const all = ['epoch 1', 'epoch 2', 'epoch 3', 'epoch 4', 'epoch 5'];
    for (const partition of [0, 1, 2]) await expectOrder(all, partition);
  });

  it('comes after every input recorded up to its time that was there when it was seen', async () => {
    cluster = new Cluster();
    const process = await cluster.join();
    await cluster.openEpoch();
    await expectOrder(['epoch 1']);
    const release = holdRange(process);
    cluster.clock.advance(1_000);
    await cluster.openEpoch();
    // Not passed while the watermark is not known, though nothing waits.
    cluster.send({ type: 'order.place', subject: 'o1' });
    cluster.send({ type: 'order.place', subject: 'o2' });
    await expectOrder(['epoch 1', '0', '1']);
    release();
    await expectOrder(['epoch 1', '0', '1', 'epoch 2']);
    cluster.send({ type: 'order.place', subject: 'o3' });
    await expectOrder(['epoch 1', '0', '1', 'epoch 2', '2']);
  });

  it('comes before the first input recorded later than its time, without asking the log', async () => {
    cluster = new Cluster();
    const process = await cluster.join();
    await cluster.openEpoch();
    await expectOrder(['epoch 1']);
    const release = holdRange(process);
    const atMs = cluster.clock.nowMs() + 1_000;
    cluster.clock.advance(500);
    cluster.send({ type: 'order.place', subject: 'o1' });
    cluster.clock.advance(1_000);
    cluster.send({ type: 'order.place', subject: 'o2' });
    await expectOrder(['epoch 1', '0', '1']);
    // It is late: its time lies before what has been judged, and it passes at once.
    await cluster.openEpoch(atMs);
    await expectOrder(['epoch 1', '0', '1', 'epoch 2']);
    expect((await cluster.entries()).at(-1)).toMatchObject({ atMs: atMs + 500 });
    await cluster.openEpoch(cluster.clock.nowMs() + 500);
    cluster.clock.advance(400);
    cluster.send({ type: 'order.place', subject: 'o3' });
    await expectOrder(['epoch 1', '0', '1', 'epoch 2', '2']);
    cluster.clock.advance(400);
    cluster.send({ type: 'order.place', subject: 'o4' });
    await expectOrder(['epoch 1', '0', '1', 'epoch 2', '2', 'epoch 3', '3']);
    release();
  });

  it('comes before what came after the watermark, also where that was recorded before its time', async () => {
    cluster = new Cluster();
    await cluster.join();
    await cluster.openEpoch();
    await expectOrder(['epoch 1']);
    await cluster.openEpoch(cluster.clock.nowMs() + 60_000);
    await expectOrder(['epoch 1', 'epoch 2']);
    cluster.send({ type: 'order.place', subject: 'o1' });
    await expectOrder(['epoch 1', 'epoch 2', '0']);
    // Times in a stream never fall.
    const [, barrier, input] = await cluster.entries();
    expect(input).toMatchObject({ verdict: { atMs: (barrier as { atMs: number }).atMs } });
  });

  it('divides what waits at the watermark that was read after it was seen', async () => {
    cluster = new Cluster();
    const process = await cluster.join();
    await cluster.openEpoch();
    await expectOrder(['epoch 1']);
    const release = holdAppend(process);
    cluster.send({ type: 'order.place', subject: 'o1' });
    await vi.waitFor(() => expect(process.member.status().partitions[0]?.queued).toBe(0), INTERVAL);
    const range = process.log.range.bind(process.log);
    const asked = Promise.withResolvers<void>();
    process.log.range = async (topic, partition) => {
      const ends = await range(topic, partition);
      asked.resolve();
      return ends;
    };
    await cluster.openEpoch(cluster.clock.nowMs() + 60_000);
    await asked.promise;
    cluster.send({ type: 'order.place', subject: 'o2' });
    cluster.send({ type: 'order.place', subject: 'o3' });
    await vi.waitFor(() => expect(process.member.status().partitions[0]?.queued).toBe(2), INTERVAL);
    release();
    await expectOrder(['epoch 1', '0', 'epoch 2', '1', '2']);
  });

  it('comes before what was taken up but found no room in its block, where that is recorded later', async () => {
    cluster = new Cluster();
    const process = await cluster.join();
    await cluster.openEpoch();
    await expectOrder(['epoch 1']);
    const release = holdAppend(process);
    const { appends } = process.journal;
    const atMs = cluster.clock.nowMs() + 5_000;
    const big = (subject: string): void =>
      void cluster.send({ type: 'order.note', subject, data: { text: 'x'.repeat(300_000) } });
    const records = cluster.broker.partitionsOf('shop.decisions')[0]!;
    const wakes = [...records.wakes];
    records.wakes.clear();
    big('o1');
    big('o2');
    cluster.clock.advance(10_000);
    big('o3');
    big('o4');
    for (const wake of wakes) records.wakes.add(wake);
    for (const wake of wakes) wake();
    await vi.waitFor(() => expect(process.journal.appends).toBe(appends + 1), INTERVAL);
    await cluster.openEpoch(atMs);
    release();
    await expectOrder(['epoch 1', '0', '1', 'epoch 2', '2', '3']);
  });

  it('does not wait for offsets that no consumer is given', async () => {
    cluster = new Cluster();
    const { log, member } = await cluster.join();
    await cluster.openEpoch();
    await expectOrder(['epoch 1']);
    cluster.send({ type: 'order.place', subject: 'o1' });
    await expectOrder(['epoch 1', '0']);
    // The topic's end lies behind the marker of a transaction.
    const range = log.range.bind(log);
    log.range = async (topic, partition) => {
      const { first, end } = await range(topic, partition);
      return { first, end: end + 1 };
    };
    await cluster.openEpoch();
    await vi.waitFor(async () => {
      cluster.clock.advance(1_000);
      expect(await order()).toEqual(['epoch 1', '0', 'epoch 2']);
    }, INTERVAL);
    expect(member.status()).toMatchObject({ ready: true, problems: [] });
  });

  it('waits while the log is away, and says so', async () => {
    cluster = new Cluster();
    const { log, member } = await cluster.join();
    await cluster.openEpoch();
    await expectOrder(['epoch 1']);
    const range = log.range.bind(log);
    log.range = () => Promise.reject(new TuttiError('log-unavailable', 'the broker is away', { retryable: true }));
    await cluster.openEpoch();
    await vi.waitFor(
      () => expect(member.status()).toMatchObject({ ready: false, problems: [{ code: 'log-unavailable' }] }),
      INTERVAL,
    );
    log.range = range;
    await expectOrder(['epoch 1', 'epoch 2']);
    expect(member.status()).toMatchObject({ ready: true, problems: [] });
  });

  it('fires what is due by its time', async () => {
    cluster = new Cluster();
    await cluster.join();
    await cluster.openEpoch();
    cluster.send({ type: 'order.place', subject: 'o1' });
    cluster.send({ type: 'order.place', subject: 'o2' });
    await expectOrder(['epoch 1', '0', '1']);
    cluster.clock.advance(30 * DAY_MS);
    await cluster.openEpoch();
    await expectOrder(['epoch 1', '0', '1', 'epoch 2', 'clock', 'clock']);
    cluster.send({ type: 'order.ship', subject: 'o1' });
    await expectOrder(['epoch 1', '0', '1', 'epoch 2', 'clock', 'clock', '2']);
    expect((await cluster.blocks(0)).at(-1)!.header.next).toBe(3);
    expect((await cluster.blocks(0)).at(-2)!.header.next).toBe(2);
  });

  it('is known for a partition that lags behind all others of the process', async () => {
    cluster = new Cluster(2);
    const first = await cluster.join();
    const second = await cluster.join();
    await vi.waitFor(() => {
      expect(first.member.tasks()).toHaveLength(1);
      expect(second.member.tasks()).toHaveLength(1);
    }, INTERVAL);
    const lagging = second.member.tasks()[0]!.partition;
    const other = 1 - lagging;
    await cluster.openEpoch();
    await expectOrder(['epoch 1'], lagging);
    // It stands still in its epoch, while the other goes on, and lets go of what it needs no more.
    second.journal.fault = (stream) => (stream === `verdicts-${lagging}` ? 'before' : 'none');
    for (let epoch = 2; epoch <= 4; epoch++) {
      await cluster.openEpoch();
      const passed = Array.from({ length: epoch }, (_, n) => `epoch ${n + 1}`);
      await expectOrder(passed, other);
    }
    await cluster.kill(second);
    await expectOrder(['epoch 1', 'epoch 2', 'epoch 3', 'epoch 4'], lagging);
    expect(first.member.status()).toMatchObject({ ready: true, epoch: 4 });
  });
});

describe('records that the log gives twice', () => {
  it('are taken over once, and gaps are accepted', async () => {
    cluster = new Cluster();
    const { log, member } = await cluster.join();
    await cluster.openEpoch();
    await expectOrder(['epoch 1']);
    const record = (offset: number): LogRecord => ({
      key: Buffer.from('o1'),
      value: Buffer.from(JSON.stringify(cluster.event({ type: 'order.note', subject: 'o1' }))),
      headers: {},
      timestampMs: cluster.clock.nowMs(),
      offset,
    });
    log.range = async () => ({ first: 0, end: 100 });
    const handler = member as Member;
    await handler.batch(0, [record(0), record(1)], 100);
    await handler.batch(0, [record(0), record(1), record(2)], 100);
    await handler.batch(0, [record(1), record(5), record(9)], 100);
    await expectOrder(['epoch 1', '0', '1', '2', '5', '9']);
    await expect(handler.batch(0, [record(9)], 100)).resolves.toBe(10);
  });
});
