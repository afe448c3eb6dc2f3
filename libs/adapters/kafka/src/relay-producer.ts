import { Base, type BaseOptions, type Connection, ProduceAcks, produceV7, Writer } from '@platformatic/kafka';
import { TuttiError } from '@tutti/kernel';
import type { NewRecord } from '@tutti/runtime';
import type { BatchProducer } from './batch-producer.js';
import type { KafkaOptions } from './options.js';
import { encodeBatch } from './record-batch.js';

/**
 * {@link BatchProducer} for the relay, whose work is little else (`npm run bench:kafka`): `@platformatic/kafka` keeps
 * connections and metadata, {@link encodeBatch} makes the bytes. Lanes keep order and retry, so nothing is retried
 * here; where no broker answered, the next batch goes over fresh connections.
 */
export class RelayProducer implements BatchProducer {
  private current: Base | undefined;
  private closed = false;

  constructor(private readonly options: KafkaOptions) {}

  async produce(topic: string, partition: number, records: readonly NewRecord[]): Promise<number> {
    if (this.closed) throw new TuttiError('log-unavailable', 'the log is closed', { retryable: true });
    const client = (this.current ??= this.open());
    try {
      const connection = await leaderOf(client, topic, partition);
      const batch = encodeBatch(records, Date.now());
      const { responses } = await send(connection, request(topic, partition, batch, this.requestMs));
      return Number(responses[0]!.partitionResponses[0]!.baseOffset);
    } catch (error) {
      client.clearMetadata();
      if (!isAnswer(error)) {
        if (this.current === client) this.current = undefined;
        void close(client);
      }
      throw error;
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    const { current } = this;
    this.current = undefined;
    if (current !== undefined) await close(current);
  }

  private get requestMs(): number {
    return this.options.requestTimeoutMs ?? 30_000;
  }

  private open(): Base {
    const { brokers, clientId, tls, sasl } = this.options;
    const mechanism = sasl?.mechanism.toUpperCase() as NonNullable<BaseOptions['sasl']>['mechanism'];
    return new Base({
      clientId: `${clientId}-relay`,
      bootstrapBrokers: [...brokers],
      autocreateTopics: false,
      retries: 0,
      connectTimeout: 5_000,
      requestTimeout: this.requestMs,
      ...(tls === undefined || tls === false ? {} : { tls: tls === true ? {} : tls }),
      ...(sasl === undefined ? {} : { sasl: { mechanism, username: sasl.username, password: sasl.password } }),
    });
  }
}

/** The connection to the broker that leads the partition. */
async function leaderOf(client: Base, topic: string, partition: number): Promise<Connection> {
  const { topics, brokers } = await client.metadata({ topics: [topic] });
  const leader = brokers.get(topics.get(topic)?.partitions[partition]?.leader ?? -1);
  if (leader === undefined) throw new Error(`nobody leads partition ${partition} of ${topic}`);
  return client.connections.get(leader);
}

function send(connection: Connection, payload: Writer): Promise<produceV7.ProduceResponse> {
  const { key, version } = produceV7.api;
  return new Promise((resolve, reject) => {
    connection.send<produceV7.ProduceResponse>(
      key,
      version,
      () => payload,
      produceV7.parseResponse,
      false,
      false,
      (error, response) => (error ? reject(error) : resolve(response!)),
    );
  });
}

/** Version 7, the newest that kafkajs speaks too: no transaction, acknowledgement by all replicas, one batch. */
function request(topic: string, partition: number, batch: Buffer, timeoutMs: number): Writer {
  const ofPartition = (writer: Writer): void => void writer.appendInt32(partition).appendBytes(batch, false);
  const ofTopic = (writer: Writer): void =>
    void writer.appendString(topic, false).appendArray([partition], ofPartition, false, false);
  return Writer.create()
    .appendString(null, false)
    .appendInt16(ProduceAcks.ALL)
    .appendInt32(timeoutMs)
    .appendArray([topic], ofTopic, false, false);
}

/** Whether a broker said so: the error, or one of those it holds, has a code of the protocol. */
function isAnswer(error: unknown): boolean {
  const { apiId, errors } = error as { apiId?: unknown; errors?: unknown[] };
  return typeof apiId === 'string' || (errors?.some(isAnswer) ?? false);
}

async function close(client: Base): Promise<void> {
  await client.close().catch(() => {});
}
