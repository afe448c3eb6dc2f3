import { randomUUID } from 'node:crypto';
import type { Reason } from '@tutti/client';
import { Kafka, logLevel } from 'kafkajs';

/** A verdict as the topic has it, as far as the report looks at it. */
export interface TopicVerdict {
  accepted: boolean;
  reasons?: Reason[];
  irregular?: Reason[];
  decision: { id: string; source: string; type: string; subject: string };
  revision: number;
}

/** One record of the topic of verdicts. */
export interface Relayed {
  partition: number;
  offset: number;
  verdict: TopicVerdict;
}

/** Offsets after the last record of a topic, by partition. */
export async function endsOf(kafka: Kafka, topic: string): Promise<number[]> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const ends: number[] = [];
    for (const { partition, high } of await admin.fetchTopicOffsets(topic)) ends[partition] = Number(high);
    return ends;
  } finally {
    await admin.disconnect();
  }
}

/** kafkajs, quiet: what it cannot do is thrown. */
export function plainKafka(brokers: string, clientId: string): Kafka {
  return new Kafka({ clientId, brokers: brokers.split(','), logLevel: logLevel.NOTHING, retry: { retries: 20 } });
}

/**
 * Reads a topic of verdicts from its beginning, with plain kafkajs and by the one rule readers have: a revision that is
 * not above the last one of its partition has been seen before.
 *
 * @param enough told of each verdict; true ends the reading
 * @throws Error not enough within `withinMs`
 */
export async function readVerdicts(
  kafka: Kafka,
  topic: string,
  enough: (relayed: Relayed) => boolean,
  withinMs: number,
): Promise<void> {
  const consumer = kafka.consumer({ groupId: `report-${randomUUID()}`, sessionTimeout: 30_000 });
  await consumer.connect();
  try {
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    const lastRevision = new Map<number, number>();
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`not every verdict is on ${topic} after ${withinMs / 1000} s`)),
        withinMs,
      );
      const fail = (error: unknown): void => {
        clearTimeout(timer);
        reject(error instanceof Error ? error : new Error(String(error)));
      };
      consumer.on(consumer.events.CRASH, ({ payload }) => fail(payload.error));
      consumer
        .run({
          eachMessage: async ({ partition, message }) => {
            const verdict = JSON.parse(message.value!.toString()) as TopicVerdict;
            if (verdict.revision <= (lastRevision.get(partition) ?? -1)) return;
            lastRevision.set(partition, verdict.revision);
            if (!enough({ partition, offset: Number(message.offset), verdict })) return;
            clearTimeout(timer);
            resolve();
          },
        })
        .catch(fail);
    });
  } finally {
    await consumer.disconnect();
  }
}
