import { TuttiError } from '@tutti/kernel';
import type { LogRecord } from '@tutti/runtime';
import type { Kafka } from 'kafkajs';
import { clusterOf, type KafkaCluster, type WireBatch, wireBatch, type WireMessage } from './kafka-cluster.js';
import { kafkaError } from './kafka-errors.js';
import { toLogRecord } from './log-record.js';

const READ_COMMITTED = 1;
const fetchWaitMs = 500;
const fetchBytes = 1_048_576;
/** How far back it looks for a last record behind markers of transactions, further with each step. */
const steps = [1, 64, 4_096, Infinity];

/** Answers what a log is asked outside of consuming. What is not committed does not count, nor do markers. */
export class LogReader {
  private cluster: KafkaCluster | undefined;
  private closed = false;

  /** @param brokers names of them, for errors */
  constructor(
    private readonly kafka: Kafka,
    private readonly brokers: string,
  ) {}

  /** @throws TuttiError `log-unavailable`, `log-refused` */
  connect(): Promise<void> {
    return this.ask(this.brokers, async (cluster) => cluster.refreshMetadata());
  }

  /** @throws TuttiError `unknown-topic`, `log-unavailable`, `log-refused` */
  partitions(topic: string): Promise<number> {
    return this.ask(topic, async (cluster) => {
      const { topicMetadata } = await cluster.metadata({ topics: [topic] });
      return topicMetadata.find((found) => found.topic === topic)!.partitionMetadata.length;
    });
  }

  /** @throws TuttiError as {@link partitions} */
  range(topic: string, partition: number): Promise<{ first: number; end: number }> {
    return this.ask(topic, async (cluster) => {
      await cluster.addTargetTopic(topic);
      const [first, end] = await this.bounds(cluster, topic, partition);
      const last = await this.lastBefore(cluster, topic, partition, first, end);
      return { first, end: last === undefined ? end : last.offset + 1 };
    });
  }

  /** @throws TuttiError as {@link partitions} */
  tail(topic: string, partition: number): Promise<LogRecord | undefined> {
    return this.ask(topic, async (cluster) => {
      await cluster.addTargetTopic(topic);
      const [first, end] = await this.bounds(cluster, topic, partition);
      return this.lastBefore(cluster, topic, partition, first, end);
    });
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.drop();
  }

  private async bounds(cluster: KafkaCluster, topic: string, partition: number): Promise<[number, number]> {
    const one = async (fromBeginning: boolean): Promise<number> => {
      const [found] = await cluster.fetchTopicsOffset([{ topic, partitions: [{ partition }], fromBeginning }]);
      const offset = found?.partitions[0]?.offset;
      if (offset !== undefined) return Number(offset);
      throw new TuttiError('unknown-topic', `topic ${topic} has no partition ${partition}`, { where: topic });
    };
    return Promise.all([one(true), one(false)]);
  }

  private async lastBefore(
    cluster: KafkaCluster,
    topic: string,
    partition: number,
    first: number,
    end: number,
  ): Promise<LogRecord | undefined> {
    if (end <= first) return undefined;
    for (const step of steps) {
      const from = Math.max(first, end - step);
      let last: WireMessage | undefined;
      for (let at = from; at < end;) {
        const batch = await this.fetch(cluster, topic, partition, at);
        if (batch === undefined || batch.isEmptyIncludingFiltered()) break;
        last = batch.messages.findLast(({ offset }) => Number(offset) < end) ?? last;
        at = Number(batch.lastOffset()) + 1;
      }
      if (last !== undefined) return toLogRecord(last);
      if (from === first) return undefined;
    }
    return undefined;
  }

  private async fetch(
    cluster: KafkaCluster,
    topic: string,
    partition: number,
    from: number,
  ): Promise<WireBatch | undefined> {
    const [nodeId] = Object.keys(cluster.findLeaderForPartitions(topic, [partition]));
    const broker = await cluster.findBroker({ nodeId: nodeId! });
    const { responses } = await broker.fetch({
      maxWaitTime: fetchWaitMs,
      minBytes: 1,
      maxBytes: fetchBytes,
      isolationLevel: READ_COMMITTED,
      topics: [{ topic, partitions: [{ partition, fetchOffset: String(from), maxBytes: fetchBytes }] }],
    });
    const found = responses[0]?.partitions[0];
    return found === undefined ? undefined : wireBatch(topic, from, found);
  }

  /** Asks; should the connection be at fault, once more on a fresh one. */
  private async ask<T>(topic: string, question: (cluster: KafkaCluster) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      if (this.closed) throw new TuttiError('log-unavailable', 'the log is closed', { retryable: true });
      try {
        this.cluster ??= clusterOf(this.kafka);
        if (!this.cluster.isConnected()) await this.cluster.connect();
        return await question(this.cluster);
      } catch (error) {
        const told = kafkaError(error, topic);
        if (told.code !== 'log-unavailable') throw told;
        void this.drop();
        if (attempt === 2) throw told;
      }
    }
  }

  private async drop(): Promise<void> {
    const { cluster } = this;
    this.cluster = undefined;
    await cluster?.disconnect().catch(() => {});
  }
}
