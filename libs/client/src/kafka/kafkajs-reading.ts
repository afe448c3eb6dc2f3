import { randomUUID } from 'node:crypto';
import type { Consumer, EachBatchPayload, IHeaders, Kafka, KafkaMessage } from 'kafkajs';
import { KafkaFault, type Reading, type ReadOptions, type ReadRecord } from './kafka-port.js';
import { faultOf, faulting } from './kafkajs-fault.js';

const SESSION_MS = 30_000;
const HEARTBEAT_MS = 3_000;
const WAIT_MOST_MS = 500;

/**
 * Reads all partitions of a topic from given offsets on, by itself: a group of one with a random name, which commits
 * nothing. Whenever the group is joined anew, every partition is sought where it was.
 */
export async function readTopic(kafka: Kafka, topic: string, options: ReadOptions): Promise<Reading> {
  const consumer = kafka.consumer({
    groupId: `tutti-reader-${randomUUID()}`,
    sessionTimeout: SESSION_MS,
    heartbeatInterval: HEARTBEAT_MS,
    maxWaitTimeInMs: WAIT_MOST_MS,
    allowAutoTopicCreation: false,
    retry: { initialRetryTime: 100, retries: 5, restartOnFailure: () => Promise.resolve(false) },
  });
  const reading = new KafkaJsReading(consumer, topic, options);
  await faulting(() => reading.start());
  return reading;
}

class KafkaJsReading implements Reading {
  readonly #consumer: Consumer;
  readonly #topic: string;
  readonly #options: ReadOptions;
  readonly #next: number[];
  #joined = false;
  #closed = false;

  constructor(consumer: Consumer, topic: string, options: ReadOptions) {
    this.#consumer = consumer;
    this.#topic = topic;
    this.#options = options;
    this.#next = [...options.from];
  }

  async start(): Promise<void> {
    const consumer = this.#consumer;
    consumer.on('consumer.group_join', () => {
      this.#joined = true;
      this.#next.forEach((offset, partition) => this.#seek(partition, offset));
    });
    consumer.on('consumer.crash', ({ payload: { error } }) => {
      if (!this.#closed) this.#options.onEnd(faultOf(error));
    });
    try {
      await consumer.connect();
      await consumer.subscribe({ topics: [this.#topic] });
      await consumer.run({ autoCommit: false, eachBatch: (payload) => this.#batch(payload) });
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  seek(partition: number, offset: number): void {
    this.#next[partition] = offset;
    if (this.#joined) this.#seek(partition, offset);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#consumer.disconnect().catch(() => {});
  }

  #seek(partition: number, offset: number): void {
    this.#consumer.seek({ topic: this.#topic, partition, offset: String(offset) });
  }

  async #batch({ batch, heartbeat, isStale, isRunning }: EachBatchPayload): Promise<void> {
    const { partition } = batch;
    if (isStale() || !isRunning() || this.#closed) return;
    const records = batch.messages.map(recordOf);
    if (records.length === 0) return;
    const beating = setInterval(() => void heartbeat().catch(() => {}), HEARTBEAT_MS);
    const before = this.#next[partition];
    try {
      await this.#options.onBatch(partition, records);
    } catch (error) {
      // A reader that throws is at fault itself: it must not be fed the same batch for ever.
      this.#options.onEnd(error instanceof KafkaFault ? error : new KafkaFault('lost', String(error), error));
    } finally {
      clearInterval(beating);
    }
    if (this.#next[partition] === before) this.#next[partition] = records.at(-1)!.offset + 1;
  }
}

function recordOf({ offset, key, value, headers }: KafkaMessage): ReadRecord {
  return { offset: Number(offset), key: key?.toString() ?? '', value, headers: textsOf(headers) };
}

function textsOf(headers: IHeaders | undefined): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    const one = Array.isArray(value) ? value[0] : value;
    if (one !== undefined) texts[name] = one.toString();
  }
  return texts;
}
