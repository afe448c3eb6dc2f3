import { partitionOf, type Json, type JsonObject } from '@tutti/kernel';
import { Kafka, logLevel, type KafkaMessage, type Producer } from 'kafkajs';

const RECORDS_A_BATCH = 500;

/**
 * Stands in for a backbone on real topics: answers every decision with one verdict in order, `misrouted` where its key
 * belongs elsewhere, none for the same decision again. It knows no model. Every verdict is written twice, as a relay
 * that starts again may do.
 */
export class AnsweringBackbone {
  readonly #kafka: Kafka;
  readonly #revisions = new Map<number, number>();
  readonly #answered = new Map<string, string>();

  constructor(
    brokers: string,
    private readonly space: string,
    private readonly partitions: number,
  ) {
    this.#kafka = new Kafka({
      clientId: 'answering-backbone',
      brokers: [brokers],
      logLevel: logLevel.NOTHING,
      retry: { retries: 50, maxRetryTime: 500 },
    });
  }

  async createTopics(): Promise<void> {
    const admin = this.#kafka.admin();
    await admin.connect();
    await admin.createTopics({
      waitForLeaders: true,
      topics: ['decisions', 'verdicts'].map((name) => ({
        topic: `${this.space}.${name}`,
        numPartitions: this.partitions,
        configEntries: [{ name: 'message.timestamp.type', value: 'LogAppendTime' }],
      })),
    });
    await admin.disconnect();
  }

  /** Answers from the first decision on, until stopped. */
  async start(): Promise<() => Promise<void>> {
    const producer = this.#kafka.producer({ allowAutoTopicCreation: false });
    const consumer = this.#kafka.consumer({ groupId: `${this.space}.contract`, maxWaitTimeInMs: 50 });
    await producer.connect();
    await consumer.connect();
    await consumer.subscribe({ topics: [`${this.space}.decisions`], fromBeginning: true });
    await consumer.run({
      eachBatch: async ({ batch: { partition, messages } }) => {
        await this.#answer(producer, partition, messages);
      },
    });
    return async () => {
      await consumer.disconnect();
      await producer.disconnect();
    };
  }

  async #answer(producer: Producer, partition: number, decisions: readonly KafkaMessage[]): Promise<void> {
    const records = decisions.flatMap((message) => {
      const event = eventOf(message);
      const key = message.key?.toString() ?? '';
      const name = `${String(event['source'])} ${key} ${String(event['id'])}`;
      const content = JSON.stringify(event);
      if (this.#answered.get(name) === content) return [];
      this.#answered.set(name, content);
      const revision = (this.#revisions.get(partition) ?? 0) + 1;
      this.#revisions.set(partition, revision);
      const misrouted = key !== event['subject'] || partitionOf(key, this.partitions) !== partition;
      const value: Json = {
        accepted: !misrouted,
        ...(misrouted ? { reasons: [{ code: 'misrouted', retryable: false, detail: 'another partition' }] } : {}),
        hash: `sha256:${'0'.repeat(64)}`,
        model: 1,
        epoch: 1,
        at: new Date(Number(message.timestamp)).toISOString(),
        policies: {},
        subject: { id: key, type: 'order', sequence: revision, state: 'placed', parties: {}, keeps: {} },
        input: { topic: `${this.space}.decisions`, partition, offset: Number(message.offset) },
        decision: event,
        revision,
      };
      const record = {
        partition,
        key,
        value: JSON.stringify(value),
        headers: { ce_causationid: String(event['id']), ce_revision: `${revision}`, ce_accepted: `${!misrouted}` },
      };
      return [record, record];
    });
    // Brokers refuse a batch of over 1 MiB.
    for (let at = 0; at < records.length; at += RECORDS_A_BATCH) {
      const messages = records.slice(at, at + RECORDS_A_BATCH);
      await producer.send({ topic: `${this.space}.verdicts`, acks: -1, messages });
    }
  }
}

function eventOf({ headers = {}, value }: KafkaMessage): JsonObject {
  const event: JsonObject = {};
  for (const [name, text] of Object.entries(headers)) {
    if (name.startsWith('ce_') && text !== undefined) event[name.slice(3)] = String(text);
  }
  if (value !== null && value.length > 0) event['data'] = JSON.parse(value.toString()) as Json;
  return event;
}
