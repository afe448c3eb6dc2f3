import { type Json, murmur2, partitionOf } from '@tutti/kernel';

/** From none to several words of 4 bytes, each rest of 0 to 3, bytes above 127, and hashes with the sign bit set. */
const KEYS = [
  '',
  'a',
  'ab',
  'abc',
  'abcd',
  'abcde',
  'order-1',
  'order-17',
  'order-18',
  'order-1000000',
  'payment/2026-03-02/0199-aa',
  'büch',
  'bücher',
  '订单-1',
  '🛒',
  '21',
  'foobar',
  'a-little-bit-long-string',
  'a-little-bit-longer-string',
  'lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8',
  ...Array.from({ length: 12 }, (_, i) => `subject-${i}`),
  'x'.repeat(256),
];
const PARTITIONS = [1, 2, 3, 4, 6, 12, 16, 100];

/** Keys and the partitions they belong in. */
export function partitionVectors(): Json {
  return {
    about: 'partition = (murmur2(UTF-8 bytes of the key) AND 0x7fffffff) modulo the number of partitions',
    partitions: PARTITIONS,
    cases: KEYS.map((key) => ({
      key,
      utf8: Buffer.from(key).toString('hex'),
      murmur2: murmur2(Buffer.from(key)),
      partition: PARTITIONS.map((count) => partitionOf(key, count)),
    })),
  };
}
