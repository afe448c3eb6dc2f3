import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { ensureTopics, tuttiTopics } from '@tutti/adapter-kafka';
import { type Cluster, ServiceProcess, startCluster } from '@tutti/testing';
import { CompressionTypes, type Message } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Intake } from './support/cluster-faults/intake.js';
import { foldJournal } from './support/cluster-faults/journal-fold.js';
import { plainKafka } from './support/cluster-faults/load.js';
import { relayedText } from './support/cluster-faults/relayed-text.js';
import { readTopic } from './support/cluster-faults/topic.js';
import { until } from './support/cluster-faults/until.js';
import { readinessOf, Watch } from './support/cluster-faults/watch.js';
import { freePort, root } from './support/server-process.js';

const MINUTE_MS = 60_000;
const SPACE = 'intake';
const P = 3;
const KIB = 1_024;
const model = join(root, 'test', 'support', 'cluster-faults', 'faults.tutti.yaml');

let cluster: Cluster;
let watch: Watch;
let intake: Intake;

beforeAll(async () => {
  cluster = await startCluster({ space: SPACE, model, partitions: P, env: { TUTTI_KAFKA_SESSION_MS: '3000' } });
  // Connecting it registers what kafkajs packs and unpacks with.
  watch = await Watch.open(cluster);
  intake = new Intake(cluster, P);
}, 10 * MINUTE_MS);

afterAll(async () => {
  await intake?.close();
  await watch?.close();
  await cluster?.close();
}, MINUTE_MS);

/** A good decision behind what was sent gets its verdict: the partition goes on. */
async function goesOn(partition: number): Promise<void> {
  const offset = await intake.send([intake.post(intake.subjectIn(partition))]);
  expect(await intake.verdict(partition, offset)).toMatchObject({ accepted: true, input: { partition, offset } });
}

describe('a record in the wrong place', () => {
  /** As librdkafka's default places keys. */
  const byCrc = (key: string): number => crc32(key) % P;

  it('is misrouted where a foreign partitioner has placed it, and says what to set', async () => {
    let subject = intake.subjectIn(0);
    while (byCrc(subject) === 0) subject = intake.subjectIn(0);
    const partition = byCrc(subject);
    const offset = await intake.send([{ ...intake.post(subject), partition }]);
    const verdict = await intake.verdict(partition, offset);
    expect(verdict).toMatchObject({ accepted: false, reasons: [{ code: 'misrouted' }], input: { partition, offset } });
    expect(verdict.reasons![0]!.detail).toMatch(/belongs to 0 of 3.*murmur2.*partitioner=murmur2_random/);
    expect(verdict.subject).toBeUndefined();
    await goesOn(partition);
    // The subject is where it belongs, and new.
    const again = await intake.send([intake.post(subject)]);
    expect(await intake.verdict(0, again)).toMatchObject({ accepted: true, subject: { id: subject, sequence: 1 } });
  });

  it.each([
    ['another key', Buffer.from('parcel-other'), /the key is not the subject/],
    ['no key', null, /no key/],
  ])('is misrouted where it has %s', async (_, key, detail) => {
    const partition = 1;
    const offset = await intake.send([{ ...intake.post(intake.subjectIn(partition)), key }]);
    const verdict = await intake.verdict(partition, offset);
    expect(verdict).toMatchObject({ accepted: false, reasons: [{ code: 'misrouted' }] });
    expect(verdict.reasons![0]!.detail).toMatch(detail);
    await goesOn(partition);
  });
});

describe('a record that is no decision', () => {
  const huge = 'x'.repeat(600 * KIB);
  const headers = { ce_specversion: '1.0', ce_type: 'parcel.post', ce_source: '/participants/sender-1' };

  it.each<[string, Message, string]>([
    ['a tombstone', { value: null }, 'unreadable'],
    ['a tombstone without a key', { key: null, value: null }, 'unreadable'],
    ['nothing', { value: '' }, 'unreadable'],
    ['no JSON', { value: '{"specversion":' }, 'unreadable'],
    ['no UTF-8', { value: Buffer.from([0x7b, 0xff, 0x7d]) }, 'unreadable'],
    ['too deep', { value: `${'['.repeat(10_000)}${']'.repeat(10_000)}` }, 'too-large'],
    ['JSON but no event', { value: '{"an":"order"}' }, 'envelope-invalid'],
    ['a binary event without id', { value: '{}', headers }, 'envelope-invalid'],
    ['huge', { value: JSON.stringify({ specversion: '1.0', data: huge }) }, 'too-large'],
    ['huge and no JSON', { value: huge }, 'too-large'],
  ])('gets its verdict: %s', async (_, message, code) => {
    const partition = 2;
    const key = intake.subjectIn(partition);
    const offset = await intake.send([{ key, ...message, partition }]);
    const verdict = await intake.verdict(partition, offset);
    expect(verdict).toMatchObject({ accepted: false, input: { partition, offset } });
    expect(new Set(verdict.reasons!.map((reason) => reason.code))).toEqual(new Set([code]));
    expect(verdict.hash).toMatch(/^sha256:[0-9a-f]{64}$/);
    // Filed under its key, whose own decisions are none the worse for it.
    expect(verdict.subject?.id).toBe(message.key === null ? undefined : key);
    const after = await intake.send([intake.post(key)]);
    expect(await intake.verdict(partition, after)).toMatchObject({ accepted: true, subject: { id: key, sequence: 1 } });
  });

  it.each(['GZIP', 'Snappy', 'LZ4', 'ZSTD'] as const)(
    'does not spoil the batch it was packed into by %s',
    async (codec) => {
      const partition = 0;
      const [first, last] = [intake.subjectIn(partition), intake.subjectIn(partition)];
      const batch = [
        intake.post(first),
        { key: first, value: null, partition },
        { key: first, value: 'no JSON', partition },
        { key: first, value: huge, partition },
        intake.post(last),
      ];
      const offset = await intake.send(batch, CompressionTypes[codec]);
      const verdicts = await Promise.all(batch.map((__, index) => intake.verdict(partition, offset + index)));
      expect(verdicts.map(({ accepted, reasons }) => reasons?.[0]?.code ?? accepted)).toEqual([
        true,
        'unreadable',
        'unreadable',
        'too-large',
        true,
      ]);
      await goesOn(partition);
    },
  );

  it('is not even there: the markers and the aborted records of transactions', async () => {
    const partition = 1;
    const [kept, dropped] = [intake.subjectIn(partition), intake.subjectIn(partition)];
    await intake.transact([intake.post(dropped)], 'abort');
    const offset = await intake.transact([intake.post(kept)], 'commit');
    await intake.transact([intake.post(dropped)], 'abort');
    await goesOn(partition);
    const verdict = await intake.verdict(partition, offset);
    expect(verdict).toMatchObject({ accepted: true, subject: { id: kept, sequence: 1 } });
    const again = await intake.send([intake.post(dropped)]);
    expect(await intake.verdict(partition, again)).toMatchObject({ subject: { id: dropped, sequence: 1 } });
  });
});

describe('the topic of verdicts', () => {
  it('has all of these, as the journal has them', async () => {
    const partitions = [0, 1, 2];
    await until('all is relayed', async () => {
      const behind = await Promise.all(
        partitions.map(async (partition) => (await watch.relayed(partition)) !== (await watch.journaled(partition))),
      );
      return behind.includes(true) ? undefined : true;
    });
    const { models } = await watch.control();
    const relayed = await readTopic(plainKafka(cluster.kafka.brokers), `${SPACE}.verdicts`);
    for (const partition of partitions) {
      const { verdicts } = await foldJournal(watch.journal, partition, models);
      const texts = [...verdicts].map(([revision, line]) => relayedText(revision, line));
      expect(relayed[partition]!.map(({ value }) => String(value))).toEqual(texts);
    }
  });
});

describe('a contract process refuses', () => {
  /** One more contract process, on a space of this name with a database of its own. */
  async function ended(
    space: string,
    more: Record<string, string> = {},
  ): Promise<{ exitCode: number | null; said: string }> {
    const { kafka, postgres } = cluster;
    const url = more['TUTTI_JOURNAL_URL'] ?? (await postgres.createDatabase());
    const env = { TUTTI_SPACE: space, TUTTI_PARTITIONS: '3', TUTTI_TRUST: 'network', TUTTI_KAFKA: kafka.brokers };
    const service = new ServiceProcess({
      kind: 'contract',
      name: `contract of ${space}`,
      port: await freePort(),
      env: { ...env, TUTTI_MODEL: model, TUTTI_JOURNAL_URL: url, TUTTI_STORE_URL: url, ...more },
    });
    service.start();
    try {
      const { exitCode } = await until('it has ended', async () => (service.running ? undefined : service.ended()), {
        explain: () => service.logs(),
      });
      return { exitCode, said: service.logs() };
    } finally {
      service.kill('SIGKILL');
    }
  }

  it('to start where the topic has another number of partitions', async () => {
    const options = { brokers: [cluster.kafka.brokers], clientId: 'spec' };
    const [decisions, ...others] = tuttiTopics('narrow', 3);
    await ensureTopics(options, [{ ...decisions!, partitions: 2 }, ...others]);
    const { exitCode, said } = await ended('narrow');
    expect(said).toContain('topic-differs  topic narrow.decisions has 2 partitions, the space 3');
    expect(said).toMatch(/where {2}narrow\.decisions\n {2}mend {3}Create the topic with 3 partitions/);
    expect(exitCode).toBe(1);
  });

  it('to start where there is no such topic', async () => {
    const { exitCode, said } = await ended('nowhere');
    expect(said).toMatch(/unknown-topic {2}.*nowhere\.decisions/);
    expect(exitCode).toBe(1);
  });

  it('a partition of whose intake records were deleted before they were judged; the others go on', async () => {
    // given records that came while nobody judged, and of which some are deleted
    const [contract] = cluster.of('contract');
    const partition = 1;
    await goesOn(partition);
    const cursor = await watch.answered(partition);
    expect(await contract!.stop()).toMatchObject({ exitCode: 0 });
    await intake.send(Array.from({ length: 5 }, () => intake.post(intake.subjectIn(partition))));
    await intake.administer(async (admin) => {
      // kafkajs deletes only where it knows the leader already.
      await admin.fetchTopicOffsets(intake.topic);
      const partitions = [{ partition, offset: String(cursor + 3) }];
      await admin.deleteTopicRecords({ topic: intake.topic, partitions });
    });
    // when
    contract!.start();
    // then it says which ones are missing
    const problem = await until(
      'it says what is missing',
      async () => {
        const { problems } = await readinessOf(contract!);
        return problems.find(({ code }) => code === 'intake-truncated');
      },
      { explain: () => contract!.logs() },
    );
    expect(problem.detail).toContain(
      `offsets ${cursor} to ${cursor + 2} are missing in ${intake.topic}, partition ${partition}`,
    );
    expect((await readinessOf(contract!)).ready).toBe(false);
    // and judges the others, but nothing of that one
    await goesOn(0);
    await goesOn(2);
    const { problems, partitions } = await readinessOf(contract!);
    expect(problems.map(({ code }) => code)).toEqual(['intake-truncated']);
    expect(partitions.map((one) => one.partition)).toEqual([0, 2]);
    expect(await watch.answered(partition)).toBe(cursor);
    expect(contract!.running).toBe(true);
  });

  it('to start where the topic has got more partitions than its space has', async () => {
    await intake.administer((admin) =>
      admin.createPartitions({ topicPartitions: [{ topic: intake.topic, count: P + 1 }] }),
    );
    const url = cluster.databaseUrl;
    const { exitCode, said } = await ended(SPACE, { TUTTI_JOURNAL_URL: url, TUTTI_STORE_URL: url });
    expect(said).toContain(`topic-differs  topic ${intake.topic} has 4 partitions, the space 3`);
    expect(exitCode).toBe(1);
    // Those that run go on with the partitions they know.
    await goesOn(0);
  });
});
