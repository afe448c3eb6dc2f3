import { partitionOf } from '@tutti/kernel';
import type { Admin, Kafka } from 'kafkajs';

/** Records in a topic. */
async function recordsIn(admin: Admin, topic: string): Promise<number> {
  const offsets = await admin.fetchTopicOffsets(topic);
  return offsets.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);
}

/** Sends raw events as any producer would: key is the subject, which says the partition. */
export async function load(kafka: Kafka, topic: string, events: readonly Buffer[], partitions: number): Promise<void> {
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  for (let from = 0; from < events.length; from += 2_000) {
    await producer.send({
      topic,
      acks: -1,
      messages: events.slice(from, from + 2_000).map((e) => message(e, partitions)),
    });
  }
  await producer.disconnect();
}

/** A record of the intake topic, as any producer makes it of an event. */
export function message(event: Buffer, partitions: number) {
  const { subject } = JSON.parse(event.toString()) as { subject: string };
  const headers = { 'content-type': 'application/cloudevents+json; charset=utf-8' };
  return { key: subject, value: event, headers, partition: partitionOf(subject, partitions) };
}

/**
 * Watches a topic grow by `count` records after `begin`.
 *
 * @returns records a second between the first quarter and the end: by then code is warm and nothing is being started
 */
export async function rateInto(
  kafka: Kafka,
  topic: string,
  count: number,
  begin: () => void,
  withinMs = 180_000,
): Promise<number> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const before = await recordsIn(admin, topic);
    const begun = performance.now();
    begin();
    let from: { records: number; atMs: number } | undefined;
    for (;;) {
      const records = (await recordsIn(admin, topic)) - before;
      const atMs = performance.now();
      if (from === undefined && records >= count / 4) from = { records, atMs };
      if (from !== undefined && records >= count) return ((records - from.records) / (atMs - from.atMs)) * 1_000;
      if (atMs - begun > withinMs) throw new Error(`${records} of ${count} records in ${topic} after ${withinMs} ms`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  } finally {
    await admin.disconnect();
  }
}
