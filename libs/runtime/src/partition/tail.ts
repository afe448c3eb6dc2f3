import { parseTime } from '@tutti/kernel';
import { readBlock } from '../journal/block.js';
import { parseRecord, recordKind } from '../journal/record.js';
import type { Journal } from '../ports/journal.js';
import { verdictsOf } from '../reading/block-shelf.js';
import { readBarrier } from './barrier-record.js';

/** Where a partition's stream has got to. */
export interface Tail {
  /** Revision the next block takes. */
  next: number;
  /** Term of its last writer; 0 where there was none. */
  term: number;
  /** Intake offset to go on from; null where there is no intake topic. */
  intake: number | null;
  /** Epoch it judges under; 0 before the first barrier. */
  epoch: number;
  /** Recorded time of its last verdict or barrier; 0 where there is none. */
  atMs: number;
}

/**
 * Reads the tail of a partition's stream: back from its end to the last block that is more than a claim.
 *
 * @throws JournalUnavailableError, TuttiError `journal-corrupt`, `journal-version`
 */
export async function readTail(journal: Journal, partition: number): Promise<Tail> {
  const stream = verdictsOf(partition);
  let block = await journal.last(stream);
  const tail: Tail = { next: 0, term: 0, intake: null, epoch: 0, atMs: 0 };
  if (block === undefined) return tail;
  tail.next = block.first + block.count;
  tail.term = block.term;
  for (let isLast = true; block !== undefined; isLast = false) {
    const { header, records } = readBlock(stream, block);
    if (isLast) tail.intake = header.next;
    for (const record of records.toReversed()) {
      const kind = recordKind(stream, record);
      if (kind === 'barrier') {
        const { epoch, atMs } = readBarrier(stream, record);
        return { ...tail, epoch, atMs };
      }
      if (kind === 'verdict') {
        const { epoch, at } = parseRecord(stream, record);
        return { ...tail, epoch: epoch as number, atMs: parseTime(at as string)! };
      }
    }
    const before: number = block.first - 1;
    block = before < 0 ? undefined : (await journal.read(stream, before, 1))[0];
  }
  return tail;
}
