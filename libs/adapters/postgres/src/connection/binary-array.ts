/*
 * Arrays in PostgreSQL's binary form, which `pg` passes on as it is: the text form doubles bytes and costs an escape for
 * each character. Source: array_recv in src/backend/utils/adt/arrayfuncs.c.
 */
const HEADER_BYTES = 20;
const OIDS = { bytea: 17, int8: 20, int4: 23, text: 25 } as const;
const NULL_LENGTH = -1;

/** A value for a parameter `$n::bytea[]`. */
export function byteaArray(values: readonly (Uint8Array | null)[]): Buffer {
  let size = HEADER_BYTES;
  for (const value of values) size += 4 + (value?.byteLength ?? 0);
  const array = begin('bytea', values, size);
  let at = HEADER_BYTES;
  for (const value of values) {
    at = array.writeInt32BE(value === null ? NULL_LENGTH : value.byteLength, at);
    if (value === null) continue;
    array.set(value, at);
    at += value.byteLength;
  }
  return array;
}

/** A value for a parameter `$n::text[]`. Without U+0000, which PostgreSQL cannot keep in a text. */
export function textArray(values: readonly string[]): Buffer {
  let size = HEADER_BYTES;
  for (const value of values) size += 4 + Buffer.byteLength(value);
  const array = begin('text', values, size);
  let at = HEADER_BYTES;
  for (const value of values) {
    const length = array.write(value, at + 4);
    array.writeInt32BE(length, at);
    at += 4 + length;
  }
  return array;
}

/** A value for a parameter `$n::int8[]`. Integers, exact up to 2^53 - 1. */
export function int8Array(values: readonly (number | null)[]): Buffer {
  const array = begin('int8', values, HEADER_BYTES + values.length * 12);
  let at = HEADER_BYTES;
  for (const value of values) {
    at = array.writeInt32BE(value === null ? NULL_LENGTH : 8, at);
    if (value === null) continue;
    const high = Math.floor(value / 2 ** 32);
    at = array.writeInt32BE(high, at);
    at = array.writeUInt32BE(value - high * 2 ** 32, at);
  }
  return array.subarray(0, at);
}

/** A value for a parameter `$n::int4[]`. */
export function int4Array(values: readonly number[]): Buffer {
  const array = begin('int4', values, HEADER_BYTES + values.length * 8);
  let at = HEADER_BYTES;
  for (const value of values) {
    at = array.writeInt32BE(4, at);
    at = array.writeInt32BE(value, at);
  }
  return array;
}

function begin(type: keyof typeof OIDS, values: readonly unknown[], size: number): Buffer {
  const array = Buffer.allocUnsafe(size);
  let at = array.writeInt32BE(1, 0); // dimensions
  at = array.writeInt32BE(values.includes(null) ? 1 : 0, at);
  at = array.writeInt32BE(OIDS[type], at);
  at = array.writeInt32BE(values.length, at);
  array.writeInt32BE(1, at); // its first index
  return array;
}
