import type { Admin, Kafka, Producer } from 'kafkajs';
import type { KafkaOptions } from './kafka-options.js';
import { KafkaFault, type KafkaPort, type Placed, type Range, type Reading, type ReadOptions } from './kafka-port.js';
import type { SentBatch } from './kafka-port.js';
import { readTopic } from './kafkajs-reading.js';
import { faulting } from './kafkajs-fault.js';
import { loadKafkaJs } from './load-kafkajs.js';

/** All replicas must have it. */
const ALL = -1;
const TAKEN_WITHIN_MS = 10_000;

/** Kafka by kafkajs. Connects when it is used for the first time. */
export class KafkaJsPort implements KafkaPort {
  readonly #kafka: Kafka;
  #producer: Promise<Producer> | undefined;
  #admin: Promise<Admin> | undefined;
  #closed = false;

  private constructor(kafka: Kafka) {
    this.#kafka = kafka;
  }

  /** @throws TuttiError `kafkajs-missing` */
  static async load(options: KafkaOptions): Promise<KafkaJsPort> {
    return new KafkaJsPort(await loadKafkaJs(options));
  }

  topics(): Promise<string[]> {
    return faulting(async () => (await this.#asAdmin()).listTopics());
  }

  partitions(topic: string): Promise<number> {
    return faulting(async () => {
      const { topics } = await (await this.#asAdmin()).fetchTopicMetadata({ topics: [topic] });
      const count = topics.find(({ name }) => name === topic)?.partitions.length ?? 0;
      if (count === 0) throw new KafkaFault('unknown-topic', `there is no topic ${topic}`);
      return count;
    });
  }

  ranges(topic: string): Promise<Range[]> {
    return faulting(async () => {
      const ranges: Range[] = [];
      for (const { partition, low, high } of await (await this.#asAdmin()).fetchTopicOffsets(topic)) {
        ranges[partition] = { first: Number(low), end: Number(high) };
      }
      return ranges;
    });
  }

  offsetsAt(topic: string, timeMs: number): Promise<number[]> {
    return faulting(async () => {
      const admin = await this.#asAdmin();
      const offsets: number[] = [];
      const at = Math.max(0, Math.floor(timeMs));
      for (const { partition, offset } of await admin.fetchTopicOffsetsByTimestamp(topic, at)) {
        offsets[partition] = Number(offset);
      }
      return offsets;
    });
  }

  send(topic: string, batches: readonly SentBatch[]): Promise<Placed[]> {
    return faulting(async () => {
      const producer = await this.#asProducer();
      const messages = batches.flatMap(({ partition, records }) =>
        records.map(({ key, value, headers }) => ({ partition, key, value: Buffer.from(value), headers })),
      );
      const sent = await producer.send({ topic, acks: ALL, timeout: TAKEN_WITHIN_MS, messages });
      return sent.map(({ partition, baseOffset, logAppendTime }) => ({
        partition,
        baseOffset: Number(baseOffset),
        appendedAtMs: Number(logAppendTime ?? -1) < 0 ? undefined : Number(logAppendTime),
      }));
    });
  }

  read(topic: string, options: ReadOptions): Promise<Reading> {
    return readTopic(this.#kafka, topic, options);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const connected = [this.#producer, this.#admin];
    await Promise.allSettled(connected.map(async (one) => (await one)?.disconnect()));
  }

  #asProducer(): Promise<Producer> {
    this.#producer ??= this.#connected(
      this.#kafka.producer({
        allowAutoTopicCreation: false,
        createPartitioner:
          () =>
          ({ message }) =>
            message.partition!,
      }),
      () => (this.#producer = undefined),
    );
    return this.#producer;
  }

  #asAdmin(): Promise<Admin> {
    this.#admin ??= this.#connected(this.#kafka.admin(), () => (this.#admin = undefined));
    return this.#admin;
  }

  /** A connection that failed is made anew by the next call. */
  async #connected<T extends { connect(): Promise<void>; disconnect(): Promise<void> }>(
    made: T,
    forget: () => void,
  ): Promise<T> {
    if (this.#closed) throw new KafkaFault('unreachable', 'the client is closed');
    try {
      await made.connect();
      return made;
    } catch (error) {
      forget();
      await made.disconnect().catch(() => {});
      throw error;
    }
  }
}
