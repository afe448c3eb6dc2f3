import type { Json } from '@tutti/kernel';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createBackbone } from '../backbone/create-backbone.js';
import type { Backbone } from '../backbone.js';
import { ControlStream } from '../control/control-stream.js';
import { ModelCache } from '../control/model-cache.js';
import { Cluster, SPACE } from '../fixture/cluster.js';
import { FaultyJournal } from '../fixture/faults.js';
import { shopModel } from '../fixture/shop-model.js';
import { MemoryJournal } from '../journal/memory-journal.js';
import { MemoryLeases, MemoryLeaseTable } from '../leases/memory-leases.js';
import { runFeedback, type FeedbackOptions, type RunningFeedback } from './run-feedback.js';

const TOPIC = 'shop.policies';

let cluster: Cluster;
let table: MemoryLeaseTable;
const running: RunningFeedback[] = [];

beforeEach(() => {
  cluster = new Cluster(2);
  cluster.broker.createTopic(TOPIC, 1);
  table = new MemoryLeaseTable(() => cluster.clock.monotonicMs());
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.close()));
  await cluster.end();
});

function run(owner: string, options: Partial<FeedbackOptions> = {}): RunningFeedback {
  const one = runFeedback({
    space: SPACE,
    journal: new MemoryJournal(cluster.streams),
    leases: new MemoryLeases(table),
    owner,
    log: cluster.broker.client(),
    clock: cluster.clock,
    pace: { minimumMs: 0 },
    leaseMs: 9_000,
    ...options,
  });
  running.push(one);
  return one;
}

async function control() {
  const stream = await ControlStream.open(new MemoryJournal(cluster.streams), new ModelCache().compile, 0);
  stream.close();
  return stream.state;
}

async function pass(byMs: number): Promise<void> {
  for (let passed = 0; passed < byMs; passed += 1_000) {
    for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
    cluster.clock.advance(1_000);
  }
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
}

const topic = () => cluster.broker.partitionsOf(TOPIC)[0]!.records;
const values = (): Json[] => topic().map(({ value }) => JSON.parse(value!.toString()) as Json);
const keys = (): string[] => topic().map(({ key }) => key!.toString());

const hourly = shopModel((definition) => {
  definition.epochMs = 3_600_000;
});
const model = { definition: hourly, by: 'ops-1', because: 'spec', evenIfChanged: false, breaking: false };

describe('feedback', () => {
  it('opens epochs for all contract processes, in one process at a time', async () => {
    await cluster.join({ model });
    const [one, other] = [run('a'), run('b')];
    await vi.waitUntil(() => one.status().epoch === 1);
    await pass(3_600_000);
    expect((await control()).epoch).toBe(2);
    expect([one, other].map((each) => each.status().leading)).toEqual([true, false]);
    await one.close();
    await pass(4_000);
    expect(other.status()).toMatchObject({ leading: true, epoch: 2, problems: [] });
    await pass(3_600_000);
    expect((await control()).epoch).toBe(3);
  });

  it('opens an epoch early after many decisions', async () => {
    await cluster.join({ model });
    const one = run('a', { pace: { minimumMs: 0, decisionsMax: 3 } });
    await vi.waitUntil(() => one.status().epoch === 1);
    for (let n = 0; n < 3; n++) cluster.send({ type: 'order.place', subject: `o${n}` });
    await vi.waitUntil(() => one.status().epoch === 2);
    expect((await control()).epoch).toBe(2);
  });

  it('opens no epoch twice where two think that they lead', async () => {
    await cluster.join({ model });
    const each = ['a', 'b'].map((owner) => run(owner, { leases: new MemoryLeases(new MemoryLeaseTable()) }));
    await vi.waitUntil(() => each.every((one) => one.status().epoch === 1));
    for (let epoch = 2; epoch < 6; epoch++) {
      await pass(3_599_000);
      expect((await control()).epoch).toBe(epoch - 1);
      await pass(1_000);
      expect((await control()).epoch).toBe(epoch);
    }
  });

  it('goes on where the journal is away for a while', async () => {
    await cluster.join({ model });
    const journal = new FaultyJournal(new MemoryJournal(cluster.streams));
    let failures = 2;
    journal.fault = () => (failures-- > 0 ? 'after' : 'none');
    const one = run('a', { journal });
    await vi.waitUntil(() => one.status().epoch === 1);
    expect((await control()).epoch).toBe(1);
    expect(one.status().problems).toEqual([]);
  });

  it('does not lead on the journal of another space', async () => {
    await cluster.join({ model });
    const one = run('a', { space: 'other' });
    await vi.waitUntil(() => one.status().problems.length > 0);
    expect(one.status()).toMatchObject({ leading: false, problems: [{ code: 'space-differs' }] });
  });
});

describe('what is in force goes to topic policies', () => {
  let backbone: Backbone;
  const withPolicies = (least: number) =>
    shopModel((definition) => {
      definition.policies = {
        promise: {
          parameters: { least: { type: 'count', default: least, minimum: 1, maximum: 9 } },
          applies: 'new',
        },
      } as unknown as typeof definition.policies;
    });

  async function publish(least: number): Promise<void> {
    const definition = withPolicies(least);
    const act = { act: 'publish-model', definition, breaking: true, by: 'ops-1', because: `least ${least}` } as const;
    await backbone.inForce((await backbone.operate(act)).effectiveEpoch);
  }

  beforeEach(async () => {
    backbone = await createBackbone({
      space: SPACE,
      partitions: 1,
      trust: 'network',
      journal: new MemoryJournal(cluster.streams),
      store: new (await import('../store/memory-subject-store.js')).MemorySubjectStore(cluster.rows),
      clock: cluster.clock,
      pace: { minimumMs: 0 },
      model: { ...model, definition: withPolicies(2) },
    });
  });
  afterEach(() => backbone.close());

  it('whole, under the keys of SURFACE §5, when its epoch is opened', async () => {
    run('a');
    await vi.waitUntil(() => topic().length === 3);
    expect(keys()).toEqual(['policy/promise', 'model', 'regime']);
    expect(values()[0]).toMatchObject({
      policy: 'promise',
      revision: 1,
      parameters: { least: 2 },
      stage: 10_000,
      effectiveEpoch: 1,
      status: 'complete',
    });
    expect(values()[1]).toMatchObject({ revision: 1, model: 'shop', definition: { model: 'shop' } });
    expect(values()[2]).toMatchObject({ epoch: 1, model: 1, policies: { promise: { '1': 10_000 } } });
    await publish(5);
    await vi.waitUntil(() => keys().filter((key) => key === 'model').length === 2);
    const second = values().findLast((_, index) => keys()[index] === 'policy/promise');
    expect(second).toMatchObject({
      revision: 2,
      parameters: { least: 5 },
      previous: { revision: 1, parameters: { least: 2 } },
      because: { model: 2, by: 'ops-1', reason: 'least 5' },
    });
  });

  it('goes on after the topic’s tail, again from an epoch that is incomplete there', async () => {
    const first = run('a');
    await vi.waitUntil(() => topic().length === 3);
    await first.close();
    running.length = 0;
    await publish(5);
    const second = run('b');
    await vi.waitUntil(() => keys().at(-1) === 'regime' && topic().length > 3);
    await second.close();
    running.length = 0;
    const complete = topic().map(({ key, headers }) => `${key!.toString()}@${headers['ce_revision']!.toString()}`);
    expect(new Set(complete).size).toBe(complete.length);
    // As if it had died after the first record of the last epoch.
    const { records } = cluster.broker.partitionsOf(TOPIC)[0]!;
    records.splice(-2);
    run('c');
    await vi.waitUntil(() => keys().at(-1) === 'regime');
    const again = topic().map(({ key, headers }) => `${key!.toString()}@${headers['ce_revision']!.toString()}`);
    expect([...new Set(again)]).toEqual(complete);
  });
});
