import type { Block } from '../ports/journal.js';
import { headerLine, readHeader, type BlockHeader } from './block-header.js';
import { blockId } from './block-id.js';
import { corrupt } from './corrupt.js';
import {
  lineBytes,
  MAX_BLOCK_BYTES,
  MAX_BLOCK_RECORDS,
  MAX_HEADER_BYTES,
  MAX_LINE_BYTES,
  recordTooLarge,
  type Line,
} from './limits.js';

const LF = 0x0a;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/** What a block is made of. */
export interface BlockParts {
  stream: string;
  /** Revision the header takes. */
  first: number;
  term: number;
  /** Intake offset after the last one answered; null where there is no intake topic. */
  next: number | null;
  atMs: number;
  engine: string;
  /** Records after the header, each the text of one JSON object without line feed. None: a claim. */
  lines: readonly Line[];
}

/** A record in its place. */
export interface JournalRecord {
  revision: number;
  /** Its bytes without the line feed: a view into the block, not to be changed. */
  line: Buffer;
}

/**
 * Makes a block: header first, then the lines.
 *
 * @throws TuttiError `record-too-large` one line does not fit any block
 * @throws RangeError more lines or bytes than a block holds; cut them with `splitLines` first
 * @throws TypeError a line holds a line feed or is no object
 */
export function makeBlock(parts: BlockParts): Block {
  const { stream, first, term, lines } = parts;
  const count = lines.length + 1;
  if (count > MAX_BLOCK_RECORDS) throw new RangeError(`${count} records in a block, at most ${MAX_BLOCK_RECORDS}`);
  const header = headerLine({ ...parts, count });
  let size = lineBytes(header) + 1;
  if (size > MAX_HEADER_BYTES) throw new RangeError(`a block header of ${size} bytes, at most ${MAX_HEADER_BYTES}`);
  for (const line of lines) {
    const bytes = lineBytes(line);
    if (bytes > MAX_LINE_BYTES) throw recordTooLarge(bytes);
    size += bytes + 1;
  }
  if (size > MAX_BLOCK_BYTES) throw new RangeError(`${size} bytes in a block, at most ${MAX_BLOCK_BYTES}`);

  const bytes = Buffer.allocUnsafeSlow(size);
  let at = bytes.write(header, 0);
  bytes[at++] = LF;
  for (const line of lines) {
    const start = at;
    if (typeof line === 'string') {
      at += bytes.write(line, at);
    } else {
      bytes.set(line, at);
      at += line.byteLength;
    }
    bytes[at] = LF;
    if (bytes[start] !== OPEN || bytes[at - 1] !== CLOSE || bytes.indexOf(LF, start) !== at) {
      throw new TypeError('a record is the text of one JSON object on one line');
    }
    at += 1;
  }
  return Object.freeze({ first, count, term, id: blockId(stream, term, first, bytes), bytes });
}

/**
 * The records of a block, header first, after checking that it is the block its id names.
 *
 * @throws TuttiError `journal-corrupt` id, count, term or lines do not fit; `journal-version` another format
 */
export function readBlock(stream: string, block: Block): { header: BlockHeader; records: JournalRecord[] } {
  const { first, count, term, id } = block;
  const bytes = Buffer.from(block.bytes.buffer, block.bytes.byteOffset, block.bytes.byteLength);
  const records: JournalRecord[] = [];
  let start = 0;
  while (start < bytes.length) {
    const end = bytes.indexOf(LF, start);
    const revision = first + records.length;
    if (end === -1) throw corrupt(stream, revision, 'its last line is not ended');
    if (end - start < 2 || bytes[start] !== OPEN || bytes[end - 1] !== CLOSE) {
      throw corrupt(stream, revision, 'a line is no JSON object');
    }
    records.push({ revision, line: bytes.subarray(start, end) });
    start = end + 1;
  }
  if (records.length === 0) throw corrupt(stream, first, 'an empty block');
  const header = readHeader(stream, first, records[0]!.line);
  if (header.count !== records.length || count !== records.length) {
    throw corrupt(stream, first, `${records.length} records where ${header.count} (kept as ${count}) are announced`);
  }
  if (header.term !== term) throw corrupt(stream, first, `term ${header.term} kept as ${term}`);
  if (blockId(stream, term, first, bytes) !== id) throw corrupt(stream, first, 'its bytes do not give its id');
  return { header, records };
}
