import { randomUUID } from 'node:crypto';
import type { Kafka, KafkaMessage } from 'kafkajs';

const READ_WITHIN_MS = 60_000;

/** All records of a topic as plain kafkajs reads them, by partition, in order of offset. */
export async function readTopic(kafka: Kafka, topic: string): Promise<KafkaMessage[][]> {
  const admin = kafka.admin();
  await admin.connect();
  const offsets = await admin.fetchTopicOffsets(topic).finally(() => admin.disconnect());
  const read: KafkaMessage[][] = offsets.map(() => []);
  const missing = new Map<number, number>();
  for (const { partition, low, high } of offsets) if (high !== low) missing.set(partition, Number(high));
  if (missing.size === 0) return read;
  const consumer = kafka.consumer({ groupId: `reader-${randomUUID()}`, sessionTimeout: 30_000 });
  await consumer.connect();
  try {
    await consumer.subscribe({ topic, fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`not all of ${topic} after ${READ_WITHIN_MS / 1000} s`)),
        READ_WITHIN_MS,
      );
      const end = (error?: unknown): void => {
        clearTimeout(timer);
        if (error === undefined) resolve();
        else reject(error instanceof Error ? error : new Error(String(error)));
      };
      consumer.on(consumer.events.CRASH, ({ payload }) => end(payload.error));
      const eachBatch = async ({ batch }: { batch: { partition: number; messages: KafkaMessage[] } }) => {
        const { partition, messages } = batch;
        read[partition]!.push(...messages);
        if (Number(messages.at(-1)!.offset) + 1 >= (missing.get(partition) ?? 0)) missing.delete(partition);
        if (missing.size === 0) end();
      };
      consumer.run({ autoCommit: false, eachBatch }).catch(end);
    });
  } finally {
    await consumer.disconnect();
  }
  return read;
}
