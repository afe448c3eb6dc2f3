import { readBlock } from '../journal/block.js';
import { recordKind } from '../journal/record.js';
import { readBarrier } from '../partition/barrier-record.js';
import type { Journal } from '../ports/journal.js';
import { verdictAt, verdictsOf } from '../reading/block-shelf.js';

/**
 * The epoch in force after a revision of a partition's stream; 0 before the first barrier.
 *
 * @throws JournalUnavailableError, TuttiError `journal-corrupt`
 */
export async function epochAt(journal: Journal, partition: number, revision: number): Promise<number> {
  const stream = verdictsOf(partition);
  for (let at = revision; at >= 0;) {
    const [block] = await journal.read(stream, at, 1);
    if (block === undefined) return 0;
    for (const record of readBlock(stream, block).records.toReversed()) {
      if (record.revision > revision) continue;
      const kind = recordKind(stream, record);
      if (kind === 'barrier') return readBarrier(stream, record).epoch;
      if (kind === 'verdict') return verdictAt(partition, record.revision, record.line).verdict.epoch;
    }
    at = block.first - 1;
  }
  return 0;
}
