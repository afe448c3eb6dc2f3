import { KafkaLog, type KafkaOptions, RelayProducer } from '@tutti/adapter-kafka';
import type { IntakeHandler, LogRecord, NewRecord } from '@tutti/runtime';
import type { KafkaServer } from '@tutti/testing';
import { type Admin, Kafka, logLevel } from 'kafkajs';

let topics = 0;

/** Options that let members of a group find out quickly about one another. */
export function optionsOf(server: KafkaServer, more: Partial<KafkaOptions> = {}): KafkaOptions {
  return { brokers: [server.brokers], clientId: 'spec', sessionTimeoutMs: 6_000, heartbeatMs: 200, ...more };
}

export function kafkajsOf(server: KafkaServer): Kafka {
  return new Kafka({ brokers: [server.brokers], clientId: 'spec-kafkajs', logLevel: logLevel.NOTHING });
}

/** Does something as an administrator. */
export async function administer<T>(server: KafkaServer, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafkajsOf(server).admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}

/** Makes a topic of a fresh name, stamped by the broker. */
export async function createTopic(
  server: KafkaServer,
  partitions: number,
  config: Record<string, string> = {},
): Promise<string> {
  topics += 1;
  const topic = `topic-${topics}`;
  const settings = { 'message.timestamp.type': 'LogAppendTime', ...config };
  const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
  await administer(server, (admin) =>
    admin.createTopics({ topics: [{ topic, numPartitions: partitions, configEntries }], waitForLeaders: true }),
  );
  return topic;
}

/** Deletes what a partition holds below an offset, as retention does. */
export async function truncate(server: KafkaServer, topic: string, offset: number): Promise<void> {
  await administer(server, async (admin) => {
    // kafkajs deletes only where it knows the leader already.
    await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: String(offset) }] });
  });
}

export function record(key: string, value: string): NewRecord {
  return { key: Buffer.from(key), value: Buffer.from(value), headers: { ce_id: Buffer.from(key) } };
}

/** A handler that keeps what it is given, and goes on from there when it gets a partition again. */
export class Collector implements IntakeHandler {
  readonly records = new Map<number, LogRecord[]>();
  readonly owned = new Set<number>();
  /** How often a partition was assigned. */
  assignments = 0;
  readonly highWatermarks = new Map<number, number>();
  readonly troubles: { code: string | undefined; partition: number | undefined; error: unknown }[] = [];
  private readonly waiting = new Set<() => void>();

  /** @param gate what each batch waits for, before it is kept */
  constructor(private readonly gate: () => Promise<void> = async () => {}) {}

  async assigned(partition: number): Promise<number | undefined> {
    this.owned.add(partition);
    this.assignments += 1;
    this.changed();
    const last = this.records.get(partition)?.at(-1);
    return last === undefined ? undefined : last.offset + 1;
  }

  async batch(partition: number, records: LogRecord[], highWatermark: number): Promise<number> {
    await this.gate();
    this.records.set(partition, (this.records.get(partition) ?? []).concat(records));
    this.highWatermarks.set(partition, highWatermark);
    this.changed();
    return records.at(-1)!.offset + 1;
  }

  async revoked(partition: number): Promise<void> {
    this.owned.delete(partition);
    this.changed();
  }

  trouble(error: unknown, partition?: number): void {
    this.troubles.push({ code: (error as { code?: string }).code, partition, error });
    this.changed();
  }

  values(partition: number): string[] {
    return (this.records.get(partition) ?? []).map(({ value }) => String(value));
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.waiting.add(resolve));
  }

  private changed(): void {
    for (const resolve of this.waiting) resolve();
    this.waiting.clear();
  }
}

/** Client libraries that may send. */
export const PRODUCERS = ['kafkajs', 'relay'] as const;

/** Opens logs, and closes them all at the end of a test. */
export class Logs {
  private readonly open = new Set<KafkaLog>();

  async connect(options: KafkaOptions, producer: (typeof PRODUCERS)[number] = 'kafkajs'): Promise<KafkaLog> {
    const log = await KafkaLog.connect(options, producer === 'relay' ? new RelayProducer(options) : undefined);
    this.open.add(log);
    return log;
  }

  async close(): Promise<void> {
    await Promise.all([...this.open].map((log) => log.close()));
    this.open.clear();
  }
}
