import { setTimeout } from 'node:timers/promises';
import { TuttiError } from '@tutti/kernel';
import type { IntakeHandler } from '@tutti/runtime';
import type { Consumer, Kafka } from 'kafkajs';
import { assignerOf } from './assigner.js';
import { CommitHints } from './commit-hints.js';
import { type FetchedBatch, Holding, type HoldingSource } from './holding.js';
import { RETRY } from './kafka-client.js';
import type { KafkaCluster } from './kafka-cluster.js';
import { kafkaError } from './kafka-errors.js';
import type { KafkaOptions } from './options.js';

/** Also what an idle fetch waits on the broker: the longest until a partition that has become ready is fetched. */
const fetchWaitMs = 50;
/** What one fetch brings of a partition at most; a record that is larger comes all the same. */
const fetchBytesMax = 256 * 1_024;
const restartFirstMs = 100;
const restartMostMs = 5_000;
/** kafkajs may take as long as a request to let go of a broker that is frozen; a new consumer need not wait for that. */
const closePatienceMs = 3_000;

export interface MemberSettings {
  topic: string;
  group: string;
  /** Partitions the topic has; what is added later is not consumed. */
  partitions: number;
  handler: IntakeHandler;
  options: KafkaOptions;
  range: HoldingSource['range'];
}

/**
 * One member of a consumer group. Before each join it hands over what it holds, so that nobody takes a partition on
 * that another still has; after it, each partition is paused until its owner has said where to start. However kafkajs
 * ends, the member begins anew with a fresh consumer, until it is stopped.
 */
export class GroupMember {
  private readonly stopping = Promise.withResolvers<void>();
  private isStopping = false;
  private holdings = new Map<number, Holding>();
  private consumer: Consumer | undefined;
  private readonly hints: CommitHints;
  private readonly running: Promise<void>;

  constructor(
    private readonly kafka: Kafka,
    private readonly settings: MemberSettings,
  ) {
    this.hints = new CommitHints(settings.topic, () => this.consumer);
    this.running = this.run();
  }

  /** Hands over what it holds, after the batches under way, and leaves the group. */
  async stop(): Promise<void> {
    this.isStopping = true;
    await this.handOver();
    await Promise.race([this.hints.flush(), setTimeout(1_000, undefined, { ref: false })]);
    this.stopping.resolve();
    await this.running;
    this.hints.close();
  }

  private async run(): Promise<void> {
    let waitMs = restartFirstMs;
    while (!this.isStopping) {
      const startedMs = Date.now();
      const crash = await this.consume();
      if (crash === undefined) break;
      this.settings.handler.trouble?.(kafkaError(crash, this.settings.topic));
      this.settings.options.logger?.('warn', 'the consumer ended and begins anew', { error: String(crash) });
      waitMs = Date.now() - startedMs > restartMostMs ? restartFirstMs : Math.min(2 * waitMs, restartMostMs);
      await Promise.race([setTimeout(waitMs), this.stopping.promise]);
    }
    await this.handOver();
  }

  /** Consumes until stopped; or gives what ended it. */
  private async consume(): Promise<unknown> {
    const crashed = Promise.withResolvers<unknown>();
    const turn = { isOver: false };
    const consumer = this.makeConsumer(turn);
    this.consumer = consumer;
    consumer.on(consumer.events.CRASH, ({ payload }) => crashed.resolve(payload.error));
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      // It was given up while it was joining; kafkajs can leave only after that.
      if (turn.isOver) setImmediate(() => void consumer.disconnect().catch(() => {}));
      else this.joined(consumer, payload.memberAssignment[this.settings.topic] ?? []);
    });
    try {
      await consumer.connect();
      await consumer.subscribe({ topic: this.settings.topic, fromBeginning: true });
      const running = consumer.run({
        autoCommit: false,
        partitionsConsumedConcurrently: this.settings.partitions,
        eachBatch: async ({ batch }) => {
          if (this.consumer === consumer)
            await this.holdings.get(batch.partition)?.take(batch as unknown as FetchedBatch);
        },
      });
      running.catch(crashed.resolve);
      return await Promise.race([crashed.promise, this.stopping.promise]);
    } catch (error) {
      return error;
    } finally {
      turn.isOver = true;
      this.consumer = undefined;
      const closed = consumer.disconnect().catch(() => {});
      await Promise.race([closed, setTimeout(closePatienceMs, undefined, { ref: false })]);
    }
  }

  private makeConsumer(turn: { isOver: boolean }): Consumer {
    const { group, topic, partitions, options } = this.settings;
    const sessionTimeout = options.sessionTimeoutMs ?? 10_000;
    const assigner = assignerOf(topic, partitions);
    return this.kafka.consumer({
      groupId: group,
      sessionTimeout,
      heartbeatInterval: options.heartbeatMs ?? Math.ceil(sessionTimeout / 10),
      rebalanceTimeout: options.rebalanceTimeoutMs ?? 3 * sessionTimeout,
      maxWaitTimeInMs: fetchWaitMs,
      maxBytesPerPartition: fetchBytesMax,
      allowAutoTopicCreation: false,
      retry: { ...RETRY, restartOnFailure: async () => false },
      partitionAssigners: [
        (config) => {
          this.waitBeforeJoins(config.cluster as unknown as KafkaCluster, turn);
          return assigner(config);
        },
      ],
    });
  }

  /** A consumer asks for its coordinator before each join and at no other time; kafkajs has no hook that waits. */
  private waitBeforeJoins(cluster: KafkaCluster, turn: { isOver: boolean }): void {
    const find = cluster.findGroupCoordinator.bind(cluster);
    cluster.findGroupCoordinator = async (request) => {
      if (!turn.isOver) await this.handOver();
      if (turn.isOver) throw Object.assign(new Error('this consumer was given up'), { retriable: false });
      try {
        return await find(request);
      } catch (error) {
        if ((error as Error).name === 'KafkaJSGroupCoordinatorNotFound') await askCoordinator(cluster, request);
        throw error;
      }
    };
  }

  private async handOver(): Promise<void> {
    const holdings = [...this.holdings.values()];
    await Promise.all(holdings.map((holding) => holding.handOver()));
    for (const holding of holdings) {
      if (this.holdings.get(holding.partition) === holding) this.holdings.delete(holding.partition);
    }
  }

  /** Runs within kafkajs's join, before anything is fetched: pauses, and lets each owner say where to start. */
  private joined(consumer: Consumer, assigned: readonly number[]): void {
    const { topic, partitions, handler, options, range } = this.settings;
    if (this.isStopping) return;
    consumer.pause([{ topic, partitions: [...assigned] }]);
    for (const partition of assigned) {
      if (partition >= partitions) {
        handler.trouble?.(grown(topic, partitions, partition), partition);
        continue;
      }
      const source: HoldingSource = {
        range,
        seek: (offset) => consumer.seek({ topic, partition, offset: String(offset) }),
        pause: () => consumer.pause([{ topic, partitions: [partition] }]),
        resume: () => consumer.resume([{ topic, partitions: [partition] }]),
        answered: (offset) => this.hints.note(partition, offset),
      };
      const patienceMs = (options.sessionTimeoutMs ?? 10_000) / 2;
      this.holdings.set(partition, new Holding(topic, partition, handler, source, patienceMs));
    }
  }
}

/** kafkajs keeps to itself why there is no coordinator (no right to the group, say); a broker asked directly tells. */
async function askCoordinator(cluster: KafkaCluster, request: { groupId: string }): Promise<void> {
  const broker = await cluster.findBroker({ nodeId: cluster.getNodeIds()[0]! });
  await broker.findGroupCoordinator({ coordinatorType: 0, ...request });
}

function grown(topic: string, partitions: number, partition: number): TuttiError {
  return new TuttiError('topic-differs', `topic ${topic} had ${partitions} partitions and now has one ${partition}`, {
    where: topic,
    mend: 'The number of partitions is fixed when a space is created: make a new space.',
    facts: { topic, partitions, partition },
  });
}
