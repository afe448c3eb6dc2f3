import { parseJson, type JsonObject } from '@tutti/kernel';
import type { JournalRecord } from './block.js';
import { corrupt } from './corrupt.js';

const START = '{"kind":"';

/**
 * Kind of a record without parsing it: `kind` is the first member of every record.
 *
 * @throws TuttiError `journal-corrupt` it is not
 */
export function recordKind(stream: string, record: JournalRecord): string {
  const { line } = record;
  const end = line.indexOf(0x22, START.length);
  if (end <= START.length || line.toString('latin1', 0, START.length) !== START) {
    throw corrupt(stream, record.revision, 'a record does not begin with its kind');
  }
  return line.toString('latin1', START.length, end);
}

/**
 * A record's JSON.
 *
 * @throws TuttiError `journal-corrupt` it is none
 */
export function parseRecord(stream: string, record: JournalRecord): JsonObject {
  try {
    return parseJson(record.line.toString('utf8')) as JsonObject;
  } catch (cause) {
    throw corrupt(stream, record.revision, 'a record is no JSON', cause);
  }
}

/**
 * Record of kind `duplicate`: the input at an offset of the intake topic is the decision that was answered before.
 * Only where there is such a topic; outsiders see nothing of it.
 */
export interface Duplicate {
  /** Offset of the input. */
  offset: number;
  /** Revision of the first verdict, in the same stream. */
  of: number;
}

/** The record's line; members in this order, no white space. */
export function duplicateLine({ offset, of }: Duplicate): string {
  return `{"kind":"duplicate","offset":${offset},"of":${of}}`;
}

/** Reads the record back. @throws TuttiError `journal-corrupt` */
export function readDuplicate(stream: string, record: JournalRecord): Duplicate {
  const { offset, of } = parseRecord(stream, record);
  if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(of)) {
    throw corrupt(stream, record.revision, 'a duplicate without offset or revision');
  }
  return { offset: offset as number, of: of as number };
}
