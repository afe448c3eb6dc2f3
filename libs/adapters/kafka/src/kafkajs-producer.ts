import type { NewRecord } from '@tutti/runtime';
import type { Kafka, Producer } from 'kafkajs';
import type { BatchProducer } from './batch-producer.js';

const ALL_REPLICAS = -1;

/** {@link BatchProducer} on kafkajs. Where no broker answered, the next batch goes over a fresh connection. */
export class KafkajsProducer implements BatchProducer {
  private current: Promise<Producer> | undefined;

  constructor(private readonly kafka: Kafka) {}

  async produce(topic: string, partition: number, records: readonly NewRecord[]): Promise<number> {
    const connecting = (this.current ??= this.connect());
    try {
      const producer = await connecting;
      const [answer] = await producer.send({
        topic,
        acks: ALL_REPLICAS,
        messages: records.map(({ key, value, headers }) => ({ partition, key, value, headers })),
      });
      return Number(answer!.baseOffset);
    } catch (error) {
      if (!isAnswer(error)) {
        if (this.current === connecting) this.current = undefined;
        void disconnect(connecting);
      }
      throw error;
    }
  }

  async close(): Promise<void> {
    const { current } = this;
    this.current = undefined;
    if (current !== undefined) await disconnect(current);
  }

  private async connect(): Promise<Producer> {
    const producer = this.kafka.producer({
      allowAutoTopicCreation: false,
      createPartitioner: () => (args) => args.message.partition!,
    });
    await producer.connect();
    return producer;
  }
}

/** Whether a broker said so: its errors have a type. */
function isAnswer(error: unknown): boolean {
  const { type, cause } = error as { type?: unknown; cause?: unknown };
  return typeof type === 'string' || (cause instanceof Error && isAnswer(cause));
}

async function disconnect(connecting: Promise<Producer>): Promise<void> {
  await connecting.then((producer) => producer.disconnect()).catch(() => {});
}
