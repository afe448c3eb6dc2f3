import { setTimeout as delay } from 'node:timers/promises';
import kafkajs, { type Kafka, logLevel, type Producer } from 'kafkajs';
import { batchesOf } from './decisions.js';

const { CompressionTypes, Kafka: Client } = kafkajs;

/** Between two batches of a producer: so many sent in all that faults meet work, and not too many to be checked. */
const PAUSE_MS = 150;

/** Far more than an outage takes: what fails so often will never work. */
const ATTEMPTS_MAX = 200;

export interface LoadOptions {
  brokers: string;
  topic: string;
  partitions: number;
  seed: number;
  producers: number;
}

/** Several producers, plain kafkajs, that send until they are stopped. What was not acknowledged is sent again. */
export class Load {
  /** Records that Kafka has acknowledged. */
  acknowledged = 0;
  /** Requests that failed, and were made again. */
  retries = 0;
  private stopped = false;
  private readonly waiting = new Set<() => void>();
  private readonly running: Promise<unknown>;
  private readonly kafka: Kafka;

  constructor(private readonly options: LoadOptions) {
    this.kafka = plainKafka(options.brokers);
    this.running = Promise.all(Array.from({ length: options.producers }, (_, index) => this.produce(index)));
    this.running.catch(() => {});
  }

  /** Resolves when so many more were acknowledged. */
  async more(records: number): Promise<void> {
    const wanted = this.acknowledged + records;
    const taken = (async () => {
      while (this.acknowledged < wanted) await new Promise<void>((resolve) => this.waiting.add(resolve));
    })();
    // Producers do not end by themselves: where they do, it is by an error.
    await Promise.race([taken, this.running]);
  }

  /** Each producer finishes the batch it is at, however often that has to be sent. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.running;
  }

  private async produce(index: number): Promise<void> {
    const { topic, partitions, seed } = this.options;
    const rivals = ['parcel-rival-1', 'parcel-rival-2', 'parcel-rival-3'];
    const batches = batchesOf(seed, index, partitions, rivals, new Date().toISOString());
    let producer: Producer | undefined;
    while (!this.stopped) {
      const { codec, messages } = batches.next().value;
      for (let attempt = 1; ; attempt += 1) {
        try {
          if (producer === undefined) {
            producer = this.kafka.producer({ allowAutoTopicCreation: false });
            await producer.connect();
          }
          await producer.send({ topic, messages, acks: -1, compression: CompressionTypes[codec] });
          break;
        } catch (error) {
          if (attempt === ATTEMPTS_MAX) throw error;
          this.retries += 1;
          void producer?.disconnect().catch(() => {});
          producer = undefined;
          await delay(PAUSE_MS);
        }
      }
      this.acknowledged += messages.length;
      for (const resolve of this.waiting) resolve();
      this.waiting.clear();
      await delay(PAUSE_MS);
    }
    await producer?.disconnect();
  }
}

/** kafkajs as anybody uses it, quiet. */
export function plainKafka(brokers: string): Kafka {
  return new Client({
    clientId: 'anybody',
    brokers: [brokers],
    logLevel: logLevel.NOTHING,
    requestTimeout: 5_000,
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 3 },
  });
}
