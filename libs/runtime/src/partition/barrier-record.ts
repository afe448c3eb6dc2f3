import { formatTime, parseTime } from '@tutti/kernel';
import { corrupt } from '../journal/corrupt.js';
import { parseRecord } from '../journal/record.js';
import type { JournalRecord } from '../journal/block.js';

/**
 * Record of kind `barrier`: from here on this partition judges under the epoch's regime (DESIGN §4). `at` is the
 * epoch's, or the time of the verdict before where that is later, so that times in a stream never fall.
 */
export interface Barrier {
  epoch: number;
  controlRevision: number;
  atMs: number;
}

/** The record's line; members in this order, no white space. */
export function barrierLine({ epoch, controlRevision, atMs }: Barrier): string {
  return JSON.stringify({ kind: 'barrier', epoch, controlRevision, at: formatTime(atMs) });
}

/** Reads the record back. @throws TuttiError `journal-corrupt` */
export function readBarrier(stream: string, record: JournalRecord): Barrier {
  const { epoch, controlRevision, at } = parseRecord(stream, record);
  const atMs = typeof at === 'string' ? parseTime(at) : undefined;
  if (!Number.isSafeInteger(epoch) || !Number.isSafeInteger(controlRevision) || atMs === undefined) {
    throw corrupt(stream, record.revision, 'a barrier without epoch, control revision or time');
  }
  return { epoch: epoch as number, controlRevision: controlRevision as number, atMs };
}
