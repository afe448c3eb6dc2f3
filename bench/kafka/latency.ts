import type { Kafka } from 'kafkajs';
import { message } from './topics.ts';

/**
 * Sends events at an even pace and waits for each one's verdict on the topic of verdicts.
 *
 * @returns milliseconds from handing an event to the producer to having its verdict, in the order of the verdicts
 */
export async function latencies(
  kafka: Kafka,
  topics: { decisions: string; verdicts: string; partitions: number },
  events: readonly Buffer[],
  perSecond: number,
): Promise<number[]> {
  const sentAt = new Map<string, number>();
  const took: number[] = [];
  const consumer = kafka.consumer({ groupId: `latency-${process.pid}`, maxWaitTimeInMs: 5 });
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await Promise.all([consumer.connect(), producer.connect()]);
  await consumer.subscribe({ topic: topics.verdicts, fromBeginning: false });
  const joined = new Promise<void>((resolve) => consumer.on(consumer.events.GROUP_JOIN, () => resolve()));
  const { promise: done, resolve } = Promise.withResolvers<void>();
  await consumer.run({
    eachBatch: async ({ batch }) => {
      const now = performance.now();
      for (const { headers } of batch.messages) {
        const id = String(headers?.['ce_causationid']);
        const at = sentAt.get(id);
        if (at === undefined) continue;
        sentAt.delete(id);
        if (took.push(now - at) === events.length) resolve();
      }
    },
  });
  await joined;
  const started = performance.now();
  const sends: Promise<unknown>[] = [];
  for (let sent = 0; sent < events.length;) {
    const due = Math.min(events.length, Math.floor(((performance.now() - started) / 1_000) * perSecond));
    const messages = events.slice(sent, due).map((event) => message(event, topics.partitions));
    for (const event of events.slice(sent, due)) {
      sentAt.set((JSON.parse(event.toString()) as { id: string }).id, performance.now());
    }
    sent = Math.max(sent, due);
    if (messages.length > 0) sends.push(producer.send({ topic: topics.decisions, acks: -1, messages }));
    await new Promise((next) => setTimeout(next, 10));
  }
  await Promise.all(sends);
  await done;
  await Promise.all([consumer.disconnect(), producer.disconnect()]);
  return took;
}
