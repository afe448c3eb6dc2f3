/**
 * Murmur2 of a byte string, 32 bit, as Apache Kafka's Java client and kafkajs compute it for keys
 * (org.apache.kafka.common.utils.Utils#murmur2). Result: a signed 32-bit integer.
 */
export function murmur2(key: Uint8Array): number {
  const m = 0x5bd1e995;
  const length = key.length;
  let h = 0x9747b28c ^ length;
  const words = length >> 2;
  for (let i = 0; i < words; i++) {
    const at = i << 2;
    let k = key[at]! | (key[at + 1]! << 8) | (key[at + 2]! << 16) | (key[at + 3]! << 24);
    k = Math.imul(k, m);
    k ^= k >>> 24;
    k = Math.imul(k, m);
    h = Math.imul(h, m) ^ k;
  }
  const rest = length & ~3;
  const left = length & 3;
  if (left === 3) h ^= key[rest + 2]! << 16;
  if (left >= 2) h ^= key[rest + 1]! << 8;
  if (left >= 1) h = Math.imul(h ^ key[rest]!, m);
  h ^= h >>> 13;
  h = Math.imul(h, m);
  return h ^ (h >>> 15);
}

/** The partition of a subject: murmur2 of its UTF-8 bytes, sign bit dropped, modulo the number of partitions. */
export function partitionOf(subject: string, partitions: number): number {
  return (murmur2(Buffer.from(subject, 'utf8')) & 0x7fffffff) % partitions;
}
