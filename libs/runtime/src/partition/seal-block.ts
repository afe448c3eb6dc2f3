import { headerLine } from '../journal/block-header.js';
import { blockId } from '../journal/block-id.js';
import { MAX_BLOCK_BYTES, MAX_BLOCK_RECORDS } from '../journal/limits.js';
import type { Block } from '../ports/journal.js';

/** What a block is sealed from: as `makeBlock` has it, with its lines already joined. */
export interface SealedParts {
  stream: string;
  first: number;
  term: number;
  next: number | null;
  atMs: number;
  engine: string;
  /** Lines in `body`. */
  lines: number;
  /** The records after the header, each ended by a line feed; copied. */
  body: Uint8Array;
}

const LF = 0x0a;

/**
 * Makes the block that `makeBlock` makes of the same lines, with one copy of all of them. For the one writer that has
 * put them together itself: lines are not looked at again.
 *
 * @throws RangeError more lines or bytes than a block holds
 */
export function sealBlock({ body, lines, ...parts }: SealedParts): Block {
  const count = lines + 1;
  const header = headerLine({ ...parts, count });
  const start = Buffer.byteLength(header) + 1;
  const size = start + body.byteLength;
  if (count > MAX_BLOCK_RECORDS || size > MAX_BLOCK_BYTES) {
    throw new RangeError(`${count} records and ${size} bytes in a block`);
  }
  const bytes = Buffer.allocUnsafeSlow(size);
  bytes.write(header, 0);
  bytes[start - 1] = LF;
  bytes.set(body, start);
  const { stream, term, first } = parts;
  return Object.freeze({ first, count, term, id: blockId(stream, term, first, bytes), bytes });
}
