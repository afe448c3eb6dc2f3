import { parseTime } from '@tutti/kernel';
import { readBlock } from '../journal/block.js';
import type { BlockHeader } from '../journal/block-header.js';
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
  /** Id of its last block; '' where there is none. */
  lastId: string;
  /** What became of the latest tenures that got nothing done. */
  barren: Barren;
}

/**
 * The blocks of a header alone that a stream ends with. One under a higher term than the block before it is a claim;
 * one under the same term is an attempt at a single input (docs/adr/0014-quarantine.md).
 */
export interface Barren {
  /** When the claims were made, milliseconds, latest first. */
  claimsMs: number[];
  attempts: number;
}

/**
 * Reads the tail of a partition's stream: back from its end to the last block that is more than a claim.
 *
 * @throws JournalUnavailableError, TuttiError `journal-corrupt`, `journal-version`
 */
export async function readTail(journal: Journal, partition: number): Promise<Tail> {
  const stream = verdictsOf(partition);
  let block = await journal.last(stream);
  const barren: Barren = { claimsMs: [], attempts: 0 };
  const tail: Tail = { next: 0, term: 0, intake: null, epoch: 0, atMs: 0, lastId: '', barren };
  if (block === undefined) return tail;
  tail.next = block.first + block.count;
  tail.term = block.term;
  tail.lastId = block.id;
  /** The block after this one, where nothing but headers follows. */
  let bare: BlockHeader | undefined;
  for (let isLast = true; block !== undefined; isLast = false) {
    const { header, records } = readBlock(stream, block);
    if (isLast) tail.intake = header.next;
    if (bare !== undefined) note(bare, header.term, barren);
    bare = block.count === 1 && (isLast || bare !== undefined) ? header : undefined;
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
  if (bare !== undefined) note(bare, 0, barren);
  return tail;
}

function note({ term, at }: BlockHeader, termBefore: number, barren: Barren): void {
  if (term > termBefore) barren.claimsMs.push(parseTime(at)!);
  else barren.attempts++;
}
