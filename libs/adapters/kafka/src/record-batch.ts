import { Writer, crc32c } from '@platformatic/kafka';
import type { NewRecord } from '@tutti/runtime';

/** From the base offset to the number of records. */
const headBytes = 61;
/** What the checksum covers begins here, with the attributes. */
const checkedFrom = 21;
/** Up to here a loop copies faster than a call. */
const shortBytes = 32;
const formatVersion = 2;
/** Id, epoch and sequence of a producer that is not idempotent. */
const noProducer = -1;

/** A header's name as it stands in a record, its length before it. */
const names = new Map<string, Buffer>();

/**
 * Records as one batch of Kafka's record format 2, not compressed (https://kafka.apache.org/documentation/#recordbatch):
 * measured first, then written once, into one piece of memory.
 *
 * @param records at least one, of at most 1 GiB together
 * @param atMs their timestamp, in milliseconds since 1970
 */
export function encodeBatch(records: readonly NewRecord[], atMs: number): Buffer {
  const lengths: number[] = [];
  let total = headBytes;
  for (let index = 0; index < records.length; index += 1) {
    const length = recordLength(records[index]!, index);
    lengths.push(length);
    total += varintLength(length) + length;
  }
  const bytes = Buffer.allocUnsafeSlow(total);
  let at = headBytes;
  for (let index = 0; index < records.length; index += 1) {
    at = putVarint(bytes, at, lengths[index]!);
    at = putRecord(bytes, at, records[index]!, index);
  }
  putHead(bytes, records.length, BigInt(atMs));
  return bytes;
}

function putHead(bytes: Buffer, count: number, atMs: bigint): void {
  bytes.writeBigInt64BE(0n, 0); // The broker gives the offset.
  bytes.writeInt32BE(bytes.length - 12, 8);
  bytes.writeInt32BE(0, 12);
  bytes[16] = formatVersion;
  bytes.writeInt16BE(0, checkedFrom);
  bytes.writeInt32BE(count - 1, 23);
  bytes.writeBigInt64BE(atMs, 27);
  bytes.writeBigInt64BE(atMs, 35);
  bytes.writeBigInt64BE(BigInt(noProducer), 43);
  bytes.writeInt16BE(noProducer, 51);
  bytes.writeInt32BE(noProducer, 53);
  bytes.writeInt32BE(count, 57);
  bytes.writeUInt32BE(crc32c(Writer.create().append(bytes.subarray(checkedFrom)).dynamicBuffer), 17);
}

function recordLength({ key, value, headers }: NewRecord, index: number): number {
  let count = 0;
  let length = 2 + varintLength(index) + sized(key) + sized(value);
  for (const name of Object.keys(headers)) {
    count += 1;
    length += nameBytes(name).length + sized(headers[name]!);
  }
  return length + varintLength(count);
}

/** Attributes, time and place within the batch, key, value, headers. */
function putRecord(bytes: Buffer, from: number, { key, value, headers }: NewRecord, index: number): number {
  let at = from;
  bytes[at++] = 0;
  bytes[at++] = 0;
  at = putVarint(bytes, at, index);
  at = putSized(bytes, at, key);
  at = putSized(bytes, at, value);
  const all = Object.keys(headers);
  at = putVarint(bytes, at, all.length);
  for (const name of all) {
    at = put(bytes, at, nameBytes(name));
    at = putSized(bytes, at, headers[name]!);
  }
  return at;
}

function sized({ length }: Buffer): number {
  return varintLength(length) + length;
}

function putSized(bytes: Buffer, at: number, part: Buffer): number {
  return put(bytes, putVarint(bytes, at, part.length), part);
}

function put(bytes: Buffer, at: number, part: Buffer): number {
  const { length } = part;
  if (length > shortBytes) bytes.set(part, at);
  else for (let index = 0; index < length; index += 1) bytes[at + index] = part[index]!;
  return at + length;
}

function nameBytes(name: string): Buffer {
  const known = names.get(name);
  if (known !== undefined) return known;
  const text = Buffer.from(name);
  const made = Buffer.allocUnsafeSlow(sized(text));
  putSized(made, 0, text);
  if (names.size < 1_000) names.set(name, made);
  return made;
}

/** Bytes of a number that is not negative, as a zigzag varint. */
function varintLength(value: number): number {
  if (value < 0x40) return 1;
  if (value < 0x2000) return 2;
  if (value < 0x10_0000) return 3;
  return value < 0x800_0000 ? 4 : 5;
}

function putVarint(bytes: Buffer, from: number, value: number): number {
  let at = from;
  let rest = value * 2;
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes[at++] = (rest & 0x7f) | 0x80;
  bytes[at++] = rest;
  return at;
}
