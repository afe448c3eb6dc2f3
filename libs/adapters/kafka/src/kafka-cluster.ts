import { createRequire } from 'node:module';
import type { Consumer, Kafka } from 'kafkajs';

/** A record as kafkajs decodes it. */
export interface WireMessage {
  key: Buffer | null;
  value: Buffer | null;
  headers?: Record<string, Buffer | Buffer[] | string | (string | Buffer)[] | null | undefined>;
  /** Milliseconds, in digits. */
  timestamp: string;
  offset: string;
}

/** What a partition answered to a fetch, decoded. */
export interface WirePartition {
  partition: number;
  messages: WireMessage[];
}

/** The same, without what was aborted and without markers; `lastOffset` counts them. */
export interface WireBatch {
  messages: WireMessage[];
  isEmptyIncludingFiltered(): boolean;
  lastOffset(): string;
}

const require = createRequire(import.meta.url);
const Batch = require('kafkajs/src/consumer/batch.js') as new (
  topic: string,
  fetchedOffset: string,
  answer: WirePartition,
) => WireBatch;

/** As kafkajs's consumer sees an answer: what lies before `from`, was aborted or is a marker is left out. */
export function wireBatch(topic: string, from: number, answer: WirePartition): WireBatch {
  return new Batch(topic, String(from), answer);
}

/** One broker of kafkajs's cluster, as far as it is used here. */
export interface WireBroker {
  findGroupCoordinator(request: { groupId: string; coordinatorType: number }): Promise<unknown>;
  fetch(request: {
    maxWaitTime: number;
    minBytes: number;
    maxBytes: number;
    isolationLevel: number;
    topics: { topic: string; partitions: { partition: number; fetchOffset: string; maxBytes: number }[] }[];
  }): Promise<{ responses: { topicName: string; partitions: WirePartition[] }[] }>;
}

/**
 * kafkajs's view of the brokers. It is handed, as a documented part, to partition assigners only; reading single
 * records and waiting before a join need it, and the public clients offer neither.
 */
export interface KafkaCluster {
  isConnected(): boolean;
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  refreshMetadata(): Promise<void>;
  addTargetTopic(topic: string): Promise<void>;
  metadata(request: { topics: string[] }): Promise<{ topicMetadata: { topic: string; partitionMetadata: object[] }[] }>;
  findLeaderForPartitions(topic: string, partitions: number[]): Record<string, number[]>;
  findBroker(node: { nodeId: string }): Promise<WireBroker>;
  getNodeIds(): string[];
  findGroupCoordinator(request: { groupId: string }): Promise<unknown>;
  fetchTopicsOffset(
    topics: { topic: string; partitions: { partition: number }[]; fromBeginning: boolean }[],
  ): Promise<{ topic: string; partitions: { partition: number; offset: string }[] }[]>;
}

/** A cluster of its own, by way of a consumer that never joins. */
export function clusterOf(kafka: Kafka): KafkaCluster {
  let found: KafkaCluster | undefined;
  const lend = (cluster: KafkaCluster): never[] => {
    found = cluster;
    return [];
  };
  const unused: Consumer = kafka.consumer({
    groupId: 'tutti-reader',
    partitionAssigners: [({ cluster }) => lend(cluster as unknown as KafkaCluster) as never],
  });
  void unused;
  return found!;
}
