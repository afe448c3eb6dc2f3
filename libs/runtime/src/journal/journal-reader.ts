import type { Journal } from '../ports/journal.js';
import type { BlockHeader } from './block-header.js';
import { readBlock, type JournalRecord } from './block.js';
import { corrupt } from './corrupt.js';

/** A block read and checked; `records` begin at the revision asked for. */
export interface CheckedBlock {
  header: BlockHeader;
  /** Revision of the header. */
  first: number;
  /** Revision after its last record. */
  end: number;
  records: JournalRecord[];
}

/**
 * Reads a stream in order, page by page, to its end at that time; checks that there is no gap and that terms never fall.
 *
 * @throws JournalUnavailableError, TuttiError `journal-corrupt`, `journal-version`, all while iterating
 */
export class JournalReader {
  /** @param pageBlocks blocks held in memory at a time */
  constructor(
    private readonly journal: Journal,
    private readonly stream: string,
    private readonly pageBlocks = 16,
  ) {}

  /** Blocks from the one that holds revision `from`, whose records before `from` are left out. */
  async *blocks(from = 0): AsyncGenerator<CheckedBlock, void, undefined> {
    let next = from;
    let started = false;
    let term = 0;
    for (;;) {
      const page = await this.journal.read(this.stream, next, this.pageBlocks);
      if (page.length === 0) return;
      for (const block of page) {
        const { first } = block;
        if (started ? first !== next : first > next || first + block.count <= next) {
          throw corrupt(this.stream, next, `the next block begins at ${first}`);
        }
        if (block.term < term) throw corrupt(this.stream, first, `term ${block.term} after ${term}`);
        const { header, records } = readBlock(this.stream, block);
        const end = first + block.count;
        yield { header, first, end, records: first < next ? records.slice(next - first) : records };
        started = true;
        term = block.term;
        next = end;
      }
    }
  }

  /** Records from revision `from`, headers included. */
  async *records(from = 0): AsyncGenerator<JournalRecord, void, undefined> {
    for await (const block of this.blocks(from)) yield* block.records;
  }
}
