import { Buffer } from 'node:buffer';
import { partitionOf } from '@tutti/kernel';

/** Where a record of the intake topic was put. */
export interface Placement {
  key: Uint8Array | null;
  partition: number;
  /** Partitions of the space. */
  partitions: number;
}

const BY_MURMUR2 =
  'place keys by murmur2, sign bit dropped, modulo the partitions (Java, kafkajs: the default; librdkafka: ' +
  'partitioner=murmur2_random; Sarama: NewCustomPartitioner, WithCustomHashFunction of that murmur2)';

/**
 * What is wrong with the place of a record that is about a subject, as a sentence that says what to set; undefined
 * where nothing is. One subject's records lie in one partition, under the subject as their key (DESIGN §3.9).
 */
export function misroutedIn(subject: string, { key, partition, partitions }: Placement): string | undefined {
  if (key === null) return 'the record has no key: the key must be the subject';
  if (!Buffer.from(subject, 'utf8').equals(key)) return 'the key is not the subject: it must be, byte for byte';
  const own = partitionOf(subject, partitions);
  if (own === partition) return undefined;
  return `this is partition ${partition}, the subject belongs to ${own} of ${partitions}: ${BY_MURMUR2}`;
}
