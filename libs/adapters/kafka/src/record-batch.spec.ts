import { Reader, readRecordsBatch } from '@platformatic/kafka';
import type { NewRecord } from '@tutti/runtime';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { encodeBatch } from './record-batch.js';

const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((array) => Buffer.from(array));
const record = fc.record({
  key: bytes(80),
  value: bytes(300),
  headers: fc.dictionary(fc.string({ maxLength: 70 }), bytes(70), { maxKeys: 6 }),
}) as fc.Arbitrary<NewRecord>;

/** As Kafka's other client reads it. */
function read(batch: Buffer) {
  return readRecordsBatch(Reader.from(batch));
}

it('is read as what was written, by a client that is not ours', () => {
  fc.assert(
    fc.property(fc.array(record, { minLength: 1, maxLength: 80 }), fc.nat(), (records, atMs) => {
      const batch = encodeBatch(records, atMs);
      const found = read(batch);
      expect(found).toMatchObject({
        firstOffset: 0n,
        length: batch.length - 12,
        magic: 2,
        attributes: 0,
        lastOffsetDelta: records.length - 1,
        firstTimestamp: BigInt(atMs),
        maxTimestamp: BigInt(atMs),
        producerId: -1n,
        producerEpoch: -1,
        firstSequence: -1,
      });
      expect(found.records.map(({ offsetDelta }) => offsetDelta)).toEqual(records.map((_, index) => index));
      for (const [index, { key, value, headers }] of records.entries()) {
        const one = found.records[index]!;
        expect(Buffer.from(one.key!)).toEqual(key);
        expect(Buffer.from(one.value!)).toEqual(value);
        const names = [...one.headers].map(([name, text]) => [name!.toString(), Buffer.from(text!)]);
        expect(names).toEqual(Object.entries(headers));
      }
    }),
  );
});

it.each([0x3f, 0x40, 0x1fff, 0x2000, 0xf_ffff, 0x10_0000])('holds a value of %i bytes', (length) => {
  const value = Buffer.alloc(length, 7);
  const found = read(encodeBatch([{ key: Buffer.from('k'), value, headers: {} }], 1));
  expect(found.records[0]!.value!.length).toBe(length);
});
