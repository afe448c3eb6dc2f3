import type { WireVerdict } from '@tutti/contracts';
import { JournalReader } from '../journal/journal-reader.js';
import { recordKind } from '../journal/record.js';
import type { Journal } from '../ports/journal.js';
import { BlockShelf, verdictAt, verdictsOf } from './block-shelf.js';
import type { JournaledVerdict } from './journaled-verdict.js';

/** Reads the verdicts of one partition from the journal, for those outside the partition's task. */
export class VerdictReader {
  private readonly shelf: BlockShelf;

  constructor(
    private readonly journal: Journal,
    private readonly partition: number,
  ) {
    this.shelf = new BlockShelf(journal, partition, 16);
  }

  /** The verdict at a revision, if there is one. */
  at(revision: number): Promise<JournaledVerdict | undefined> {
    return this.shelf.verdict(revision);
  }

  /** Verdicts at these revisions, in the order given. */
  async all(revisions: readonly number[]): Promise<WireVerdict[]> {
    const verdicts: WireVerdict[] = [];
    for (const revision of revisions) {
      const found = await this.at(revision);
      if (found !== undefined) verdicts.push(found.wire());
    }
    return verdicts;
  }

  /** Verdicts from a revision on, at most `limit`; `next` is where to go on. */
  async page(from: number, limit: number): Promise<{ verdicts: WireVerdict[]; next: number }> {
    const verdicts: WireVerdict[] = [];
    let next = from;
    if (limit < 1) return { verdicts, next };
    for await (const verdict of this.from(from)) {
      if (typeof verdict === 'number') {
        next = verdict;
        continue;
      }
      verdicts.push(verdict.wire());
      next = verdict.revision + 1;
      if (verdicts.length === limit) break;
    }
    return { verdicts, next };
  }

  /** Verdicts from a revision on; between them, where a record is no verdict, the revision after it. */
  async *from(from: number): AsyncGenerator<JournaledVerdict | number, void, undefined> {
    const stream = verdictsOf(this.partition);
    for await (const block of new JournalReader(this.journal, stream, 4).blocks(from)) {
      for (const record of block.records) {
        if (recordKind(stream, record) === 'verdict') yield verdictAt(this.partition, record.revision, record.line);
        else yield record.revision + 1;
      }
    }
  }
}
