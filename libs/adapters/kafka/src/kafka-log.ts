import { TuttiError } from '@tutti/kernel';
import type { IntakeHandler, Log, LogRecord, NewRecord } from '@tutti/runtime';
import type { Kafka } from 'kafkajs';
import type { BatchProducer } from './batch-producer.js';
import { GroupMember } from './group-member.js';
import { kafkaClient } from './kafka-client.js';
import { connectReader } from './connect-reader.js';
import { KafkajsProducer } from './kafkajs-producer.js';
import type { LogReader } from './log-reader.js';
import type { KafkaOptions } from './options.js';
import { SendLane } from './send-lane.js';

/** The port {@link Log} on Kafka. */
export class KafkaLog implements Log {
  private readonly lanes = new Map<string, SendLane>();
  private readonly members = new Set<GroupMember>();
  private closed: Promise<void> | undefined;

  private constructor(
    private readonly options: KafkaOptions,
    private readonly kafka: Kafka,
    private readonly reader: LogReader,
    private readonly producer: BatchProducer,
  ) {}

  /**
   * Resolves when a broker has answered.
   *
   * @param producer sends in place of kafkajs; closed with the log
   * @throws TuttiError `log-unavailable` after `connectTimeoutMs`; `log-refused`
   */
  static async connect(options: KafkaOptions, producer?: BatchProducer): Promise<KafkaLog> {
    const kafka = kafkaClient(options);
    const reader = await connectReader(kafka, options);
    return new KafkaLog(options, kafka, reader, producer ?? new KafkajsProducer(kafka));
  }

  async partitions(topic: string): Promise<number> {
    return this.reader.partitions(topic);
  }

  async tail(topic: string, partition: number): Promise<LogRecord | undefined> {
    return this.reader.tail(topic, partition);
  }

  /** `end` is the offset after the last record that can be read: markers of transactions behind it do not count. */
  async range(topic: string, partition: number): Promise<{ first: number; end: number }> {
    return this.reader.range(topic, partition);
  }

  /**
   * Tries for `sendTimeoutMs`; what is asked meanwhile for the same partition waits behind it, and fails with it. Of
   * records refused as `too-large`, those before are in the log.
   */
  async send(topic: string, partition: number, records: readonly NewRecord[]): Promise<number[]> {
    this.assertOpen();
    return this.lane(topic, partition).send(records);
  }

  async consume(topic: string, group: string, handler: IntakeHandler): Promise<() => Promise<void>> {
    const partitions = await this.partitions(topic);
    this.assertOpen();
    const range = (of: string, partition: number): Promise<{ first: number; end: number }> => this.range(of, partition);
    const member = new GroupMember(this.kafka, { topic, group, partitions, handler, options: this.options, range });
    this.members.add(member);
    return async () => {
      this.members.delete(member);
      await member.stop();
    };
  }

  /** Stops consuming after the batches under way; what is being sent is waited for, not tried again. */
  close(): Promise<void> {
    this.closed ??= this.end();
    return this.closed;
  }

  private async end(): Promise<void> {
    await Promise.all([...this.members].map((member) => member.stop()));
    await Promise.all([...this.lanes.values()].map((lane) => lane.close()));
    await Promise.all([this.producer.close(), this.reader.close()]);
  }

  private lane(topic: string, partition: number): SendLane {
    const key = `${topic} ${partition}`;
    let lane = this.lanes.get(key);
    if (lane === undefined) {
      lane = new SendLane({
        topic,
        partition,
        batchBytesMax: this.options.batchBytesMax ?? 900_000,
        timeoutMs: this.options.sendTimeoutMs ?? 30_000,
        produce: (records) => this.producer.produce(topic, partition, records),
      });
      this.lanes.set(key, lane);
    }
    return lane;
  }

  private assertOpen(): void {
    if (this.closed !== undefined) throw new TuttiError('log-unavailable', 'the log is closed', { retryable: true });
  }
}
