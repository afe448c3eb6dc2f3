import { uncompress } from 'snappy';

/** Java's clients write snappy in the framing of snappy-java: this mark, two versions, then blocks with their lengths. */
const mark = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const headerBytes = mark.length + 8;

/**
 * Opens what is packed with snappy, in the framing of snappy-java or bare (librdkafka, kafkajs).
 *
 * @throws RangeError where it would open to more bytes than may be
 */
export async function readSnappy(bytes: Buffer, bytesMax: number): Promise<Buffer> {
  if (!bytes.subarray(0, mark.length).equals(mark)) return readBlock(bytes, bytesMax);
  const parts: Buffer[] = [];
  let left = bytesMax;
  for (let at = headerBytes; at + 4 <= bytes.length;) {
    const length = bytes.readUInt32BE(at);
    const part = await readBlock(bytes.subarray(at + 4, at + 4 + length), left);
    parts.push(part);
    left -= part.length;
    at += 4 + length;
  }
  return Buffer.concat(parts);
}

async function readBlock(block: Buffer, bytesMax: number): Promise<Buffer> {
  if (unpackedLength(block) > bytesMax) throw new RangeError(`snappy data opens to more than ${bytesMax} bytes`);
  return (await uncompress(block, { asBuffer: true })) as Buffer;
}

/** A block begins with the length it opens to, as a varint. */
function unpackedLength(block: Buffer): number {
  let length = 0;
  for (let index = 0; index < 5; index += 1) {
    const byte = block[index] ?? 0;
    length += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) break;
  }
  return length;
}
