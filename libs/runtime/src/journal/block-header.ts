import { formatTime, parseTime } from '@tutti/kernel';
import { corrupt, otherVersion } from './corrupt.js';

/** Version of the journal's format that this release writes and reads. */
export const JOURNAL_VERSION = 1;

/** First record of every block. */
export interface BlockHeader {
  kind: 'block';
  v: typeof JOURNAL_VERSION;
  /** Term of the writer. */
  term: number;
  /** Intake offset after the last one this block answers; null where there is no intake topic, as on one machine. */
  next: number | null;
  /** When it was made, RFC 3339 with milliseconds, UTC. */
  at: string;
  /** Version of the functions that made its records. */
  engine: string;
  /** Records in the block, this one included. */
  count: number;
}

/** The header's line, without line feed; members in this order, no white space. */
export function headerLine(header: Omit<BlockHeader, 'kind' | 'v' | 'at'> & { atMs: number }): string {
  const { term, next, atMs, engine, count } = header;
  return JSON.stringify({ kind: 'block', v: JOURNAL_VERSION, term, next, at: formatTime(atMs), engine, count });
}

/**
 * Reads a header's line.
 *
 * @throws TuttiError `journal-corrupt`, `journal-version`
 */
export function readHeader(stream: string, revision: number, line: Buffer): BlockHeader {
  let value: unknown;
  try {
    value = JSON.parse(line.toString('utf8'));
  } catch (cause) {
    throw corrupt(stream, revision, 'its header is no JSON', cause);
  }
  if (typeof value !== 'object' || value === null || !('kind' in value) || value.kind !== 'block') {
    throw corrupt(stream, revision, 'no block header where a block begins');
  }
  const header = value as Record<keyof BlockHeader, unknown>;
  if (header.v !== JOURNAL_VERSION) throw otherVersion(stream, revision, header.v);
  const { term, next, at, engine, count } = header;
  const sound =
    isCount(term) &&
    (next === null || isCount(next)) &&
    typeof at === 'string' &&
    parseTime(at) !== undefined &&
    typeof engine === 'string' &&
    isCount(count) &&
    count > 0;
  if (!sound) throw corrupt(stream, revision, 'a header member is missing or of the wrong type');
  return { kind: 'block', v: JOURNAL_VERSION, term, next, at, engine, count };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
