import { assertTopics, ensureTopics, KafkaLog, tuttiTopics } from '@tutti/adapter-kafka';
import { describeLog } from '@tutti/runtime/conformance';
import { type KafkaServer, startKafka } from '@tutti/testing';
import { CompressionTypes } from 'kafkajs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  administer,
  Collector,
  createTopic,
  kafkajsOf,
  Logs,
  optionsOf,
  PRODUCERS,
  record,
  truncate,
} from './support/kafka.js';

let server: KafkaServer;
const logs = new Logs();

beforeAll(async () => {
  server = await startKafka();
}, 600_000);
afterEach(() => logs.close());
afterAll(() => server?.close());

describeLog('Kafka', async () => ({
  open: () => KafkaLog.connect(optionsOf(server)),
  createTopic: (partitions) => createTopic(server, partitions),
  clear: async () => {},
}));

describe('batches that are compressed', () => {
  const text = 'a decision that says the same over and over again, '.repeat(2_000);

  it.each(['gzip', 'snappy', 'lz4', 'zstd'])('are read when the broker packed them with %s', async (codec) => {
    // given a topic that packs what comes, with the codecs of Java
    const topic = await createTopic(server, 1, { 'compression.type': codec });
    const log = await logs.connect(optionsOf(server));
    // when
    await log.send(topic, 0, [record('a', 'first'), record('b', text), record('c', 'last')]);
    // then
    const owner = new Collector();
    await log.consume(topic, 'group', owner);
    await owner.until(() => owner.values(0).length === 3);
    expect(owner.values(0)).toEqual(['first', text, 'last']);
    expect((await log.tail(topic, 0))?.value?.toString()).toBe('last');
  });

  it.each(['GZIP', 'Snappy', 'LZ4', 'ZSTD'] as const)('are read when a client packed them with %s', async (codec) => {
    const topic = await createTopic(server, 1);
    const log = await logs.connect(optionsOf(server));
    const producer = kafkajsOf(server).producer();
    await producer.connect();
    const messages = ['first', text, 'last'].map((value) => ({ key: 'a', value }));
    await producer.send({ topic, compression: CompressionTypes[codec], messages });
    await producer.disconnect();
    const owner = new Collector();
    await log.consume(topic, 'group', owner);
    await owner.until(() => owner.values(0).length === 3);
    expect(owner.values(0)).toEqual(['first', text, 'last']);
  });
});

describe.each(PRODUCERS)('sending with the producer %s', (producer) => {
  it('splits what is larger than a batch may be, in order, and says each offset', async () => {
    const topic = await createTopic(server, 1);
    const log = await logs.connect(optionsOf(server), producer);
    const records = Array.from({ length: 3_000 }, (_, index) => record('a', `${index} ${'x'.repeat(1_000)}`));
    const [offsets, after] = await Promise.all([
      log.send(topic, 0, records),
      log.send(topic, 0, [record('a', 'after')]),
    ]);
    expect(offsets).toEqual(records.map((_, index) => index));
    expect(after).toEqual([3_000]);
    const owner = new Collector();
    await log.consume(topic, 'group', owner);
    await owner.until(() => owner.values(0).length === 3_001);
    expect(owner.values(0).map((value) => value.split(' ')[0])).toEqual(
      [...records.keys()].map(String).concat('after'),
    );
  });

  it('finds its way into a topic that takes less than it sends at a time', async () => {
    const topic = await createTopic(server, 1, { 'max.message.bytes': '20000' });
    const log = await logs.connect(optionsOf(server), producer);
    const records = Array.from({ length: 100 }, (_, index) => record('a', `${index}`.padEnd(5_000)));
    expect(await log.send(topic, 0, records)).toEqual([...records.keys()]);
  });

  it('refuses a record that is too large on its own, and goes on with the next', async () => {
    const topic = await createTopic(server, 1);
    const log = await logs.connect(optionsOf(server), producer);
    const large = log.send(topic, 0, [record('a', 'before'), record('a', 'x'.repeat(2_000_000)), record('a', 'lost')]);
    const next = log.send(topic, 0, [record('a', 'next')]);
    await expect(large).rejects.toMatchObject({ code: 'too-large', retryable: false });
    expect(await next).toEqual([1]);
    expect((await log.tail(topic, 0))?.value?.toString()).toBe('next');
  });

  it('refuses a topic that is not there, and a log that is closed', async () => {
    const log = await logs.connect(optionsOf(server), producer);
    await expect(log.send('none', 0, [record('a', 'x')])).rejects.toMatchObject({ code: 'unknown-topic' });
    await log.close();
    await expect(log.send('none', 0, [record('a', 'x')])).rejects.toMatchObject({ code: 'log-unavailable' });
  });
});

describe('transactions of a producer', () => {
  it('are seen when committed only, and their markers do not count as something to come', async () => {
    const topic = await createTopic(server, 1);
    const log = await logs.connect(optionsOf(server));
    const producer = kafkajsOf(server).producer({ transactionalId: 'spec', maxInFlightRequests: 1, idempotent: true });
    await producer.connect();
    for (const [value, how] of [
      ['kept', 'commit'],
      ['dropped', 'abort'],
      ['kept too', 'commit'],
      ['dropped too', 'abort'],
    ] as const) {
      const transaction = await producer.transaction();
      await transaction.send({ topic, messages: [{ key: 'a', value }] });
      await transaction[how]();
    }
    await producer.disconnect();
    const owner = new Collector();
    await log.consume(topic, 'group', owner);
    await owner.until(() => owner.values(0).length === 2);
    expect(owner.values(0)).toEqual(['kept', 'kept too']);
    // kept 0, marker 1, dropped 2, marker 3, kept too 4, marker 5, dropped too 6, marker 7
    expect(await log.range(topic, 0)).toEqual({ first: 0, end: 5 });
    expect(await log.tail(topic, 0)).toMatchObject({ offset: 4 });
    // and what comes after them is no gap
    await log.send(topic, 0, [record('a', 'after')]);
    await owner.until(() => owner.values(0).length === 3);
    expect(owner.troubles).toEqual([]);
  });
});

describe('an intake that was truncated', () => {
  it('below where its owner goes on is refused, with what is missing', async () => {
    const topic = await createTopic(server, 2);
    const log = await logs.connect(optionsOf(server));
    for (const partition of [0, 1])
      await log.send(
        topic,
        partition,
        [1, 2, 3, 4, 5].map((value) => record('a', `${value}`)),
      );
    await truncate(server, topic, 4);
    const owner = new Collector();
    owner.assigned = async () => 2;
    await log.consume(topic, 'group', owner);
    await owner.until(() => owner.troubles.length > 0 && owner.values(1).length === 3);
    expect(owner.troubles).toMatchObject([
      { code: 'intake-truncated', partition: 0, error: { facts: { wanted: 2, first: 4, end: 5 }, retryable: false } },
    ]);
    expect(owner.values(0)).toEqual([]);
    expect(owner.values(1)).toEqual(['3', '4', '5']);
  });

  it('under a consumer that lags is refused as well', async () => {
    const topic = await createTopic(server, 1);
    const log = await logs.connect(optionsOf(server));
    const gate = Promise.withResolvers<void>();
    const owner = new Collector(() => gate.promise);
    await log.consume(topic, 'group', owner);
    // given more than is fetched ahead
    const records = Array.from({ length: 20 }, (_, index) => record('a', `${index}`.padEnd(500_000)));
    await log.send(topic, 0, records);
    await owner.until(() => owner.owned.has(0));
    // when what was not fetched yet is deleted
    await truncate(server, topic, 19);
    gate.resolve();
    // then it gets what was fetched, and not what lies behind the gap
    await owner.until(() => owner.troubles.length > 0);
    expect(owner.troubles).toMatchObject([{ code: 'intake-truncated', partition: 0, error: { facts: { first: 19 } } }]);
    const got = owner.values(0).map(Number);
    expect(got).toEqual([...got.keys()]);
    expect(got.length).toBeLessThan(19);
  });

  it('is right for an owner that names no place: it gets the earliest there is', async () => {
    const topic = await createTopic(server, 1);
    const log = await logs.connect(optionsOf(server));
    await log.send(topic, 0, [record('a', '0'), record('a', '1')]);
    await truncate(server, topic, 1);
    const owner = new Collector();
    await log.consume(topic, 'group', owner);
    await owner.until(() => owner.values(0).length === 1);
    expect(owner.values(0)).toEqual(['1']);
    expect(owner.troubles).toEqual([]);
  });

  it('that ends before where its owner goes on is refused', async () => {
    const topic = await createTopic(server, 1);
    const log = await logs.connect(optionsOf(server));
    await log.send(topic, 0, [record('a', '0')]);
    const owner = new Collector();
    owner.assigned = async () => 7;
    await log.consume(topic, 'group', owner);
    await owner.until(() => owner.troubles.some(({ error }) => !(error as { retryable: boolean }).retryable));
    expect(owner.troubles.at(-1)).toMatchObject({ code: 'intake-truncated', error: { facts: { wanted: 7, end: 1 } } });
  });
});

describe('partitions added to a topic', () => {
  it('are not consumed, by this member and by those that join', async () => {
    const topic = await createTopic(server, 1);
    const log = await logs.connect(optionsOf(server));
    const owner = new Collector();
    await log.consume(topic, 'group', owner);
    await owner.until(() => owner.owned.has(0));
    await administer(server, (admin) => admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] }));
    const [second, other] = [await logs.connect(optionsOf(server)), new Collector()];
    await second.consume(topic, 'group', other);
    // one of the two has it now, in any case after it was shared out anew
    await Promise.race([owner.until(() => owner.assignments > 1), other.until(() => other.assignments > 0)]);
    await log.send(topic, 0, [record('a', 'x')]);
    await second.send(topic, 2, [record('a', 'y')]);
    await Promise.race([owner.until(() => owner.values(0).length > 0), other.until(() => other.values(0).length > 0)]);
    expect([...owner.records.keys(), ...other.records.keys()]).not.toContain(2);
  });
});

describe('topics of a space', () => {
  it('are made as they are wanted, once', async () => {
    const specs = tuttiTopics('market', 3);
    const first = await ensureTopics(optionsOf(server), specs, { replicationFactor: 1 });
    expect(first).toEqual({ created: specs.map(({ name }) => name), present: [], differences: [] });
    const second = await ensureTopics(optionsOf(server), specs);
    expect(second).toEqual({ created: [], present: specs.map(({ name }) => name), differences: [] });
    const log = await logs.connect(optionsOf(server));
    expect(await log.partitions('market.decisions')).toBe(3);
  });

  it('are refused where a space cannot work with them, and left as they are', async () => {
    await administer(server, (admin) =>
      admin.createTopics({
        topics: [
          { topic: 'fair.decisions', numPartitions: 2, configEntries: [{ name: 'cleanup.policy', value: 'compact' }] },
        ],
      }),
    );
    const specs = tuttiTopics('fair', 4).slice(0, 1);
    const report = await ensureTopics(optionsOf(server), specs);
    expect(report.differences).toMatchObject([
      { setting: 'partitions', wanted: '4', found: '2', binding: true },
      { setting: 'cleanup.policy', wanted: 'delete', found: 'compact', binding: true },
      { setting: 'message.timestamp.type', wanted: 'LogAppendTime', found: 'CreateTime', binding: true },
    ]);
    expect(() => assertTopics(report)).toThrow(expect.objectContaining({ code: 'topic-differs' }));
  });

  it('are compared without being made, if so asked', async () => {
    const report = await ensureTopics(optionsOf(server), tuttiTopics('none', 1), { compareOnly: true });
    expect(report.created).toEqual([]);
    expect(report.differences).toHaveLength(4);
    expect((await ensureTopics(optionsOf(server), tuttiTopics('none', 1), { compareOnly: true })).present).toEqual([]);
  });
});
