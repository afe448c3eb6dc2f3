import { ProduceAcks, Producer, type SASLOptions } from '@platformatic/kafka';
import { TuttiError } from '@tutti/kernel';
import type { NewRecord } from '@tutti/runtime';
import type { BatchProducer } from './batch-producer.js';
import type { KafkaOptions } from './options.js';

type BytesProducer = Producer<Buffer, Buffer, Buffer, Buffer>;

/**
 * {@link BatchProducer} on `@platformatic/kafka`, which encodes a record with a quarter of kafkajs's work: for the relay,
 * whose work is little else (`npm run bench:kafka`). Lanes keep order and retry, so its own retries are off; where no
 * broker answered, the next batch goes over fresh connections.
 */
export class RelayProducer implements BatchProducer {
  private current: BytesProducer | undefined;
  private closed = false;
  /** Names of headers are few, and the same in every record. */
  private readonly names = new Map<string, Buffer>();

  constructor(private readonly options: KafkaOptions) {}

  async produce(topic: string, partition: number, records: readonly NewRecord[]): Promise<number> {
    if (this.closed) throw new TuttiError('log-unavailable', 'the log is closed', { retryable: true });
    const producer = (this.current ??= this.open());
    try {
      const { offsets } = await producer.send({
        acks: ProduceAcks.ALL,
        messages: records.map(({ key, value, headers }) => ({
          topic,
          partition,
          key,
          value,
          headers: this.headersOf(headers),
        })),
      });
      return Number(offsets![0]!.offset);
    } catch (error) {
      if (!isAnswer(error)) {
        if (this.current === producer) this.current = undefined;
        void close(producer);
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

  private open(): BytesProducer {
    const { brokers, clientId, tls, sasl, requestTimeoutMs = 30_000 } = this.options;
    const mechanism = sasl?.mechanism.toUpperCase() as SASLOptions['mechanism'];
    return new Producer<Buffer, Buffer, Buffer, Buffer>({
      clientId: `${clientId}-relay`,
      bootstrapBrokers: [...brokers],
      autocreateTopics: false,
      retries: 0,
      connectTimeout: 5_000,
      requestTimeout: requestTimeoutMs,
      timeout: requestTimeoutMs,
      ...(tls === undefined || tls === false ? {} : { tls: tls === true ? {} : tls }),
      ...(sasl === undefined ? {} : { sasl: { mechanism, username: sasl.username, password: sasl.password } }),
    });
  }

  private headersOf(headers: NewRecord['headers']): Map<Buffer, Buffer> {
    const found = new Map<Buffer, Buffer>();
    for (const name of Object.keys(headers)) {
      let bytes = this.names.get(name);
      if (bytes === undefined) {
        bytes = Buffer.from(name);
        if (this.names.size < 1_000) this.names.set(name, bytes);
      }
      found.set(bytes, headers[name]!);
    }
    return found;
  }
}

/** Whether a broker said so: the error, or one of those it holds, has a code of the protocol. */
function isAnswer(error: unknown): boolean {
  const { apiId, errors } = error as { apiId?: unknown; errors?: unknown[] };
  return typeof apiId === 'string' || (errors?.some(isAnswer) ?? false);
}

async function close(producer: BytesProducer): Promise<void> {
  await producer.close(true).catch(() => {});
}
