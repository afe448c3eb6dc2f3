import { ENGINE } from '../engine.js';
import { RevisionConflictError } from '../ports/errors.js';
import type { Block, Journal } from '../ports/journal.js';
import { BlockShelf, verdictsOf } from '../reading/block-shelf.js';
import { appendBlock, type Patience } from './append-block.js';
import { FencedError } from './fenced-error.js';
import { sealBlock } from './seal-block.js';
import { readTail, type Tail } from './tail.js';
import { unavailable } from './unavailable.js';

/** Records to be appended: how many, and their lines, each ended by a line feed. */
export interface Records {
  readonly lines: number;
  readonly body: Uint8Array;
}

const HEADER_ALONE: Records = { lines: 0, body: new Uint8Array() };

/** The stream of a partition's verdicts, as its one writer holds it (DESIGN §3.1). */
export class VerdictStream {
  readonly name: string;
  /** Blocks written or read last. */
  readonly shelf: BlockShelf;
  private writerTerm = 0;
  private nextRevision = 0;
  private intake: number | null = null;
  private claimId = '';

  constructor(
    private readonly journal: Journal,
    private readonly partition: number,
    private readonly patience: Patience,
  ) {
    this.name = verdictsOf(partition);
    this.shelf = new BlockShelf(journal, partition);
  }

  /** Term under which this writer claimed the stream. */
  get term(): number {
    return this.writerTerm;
  }

  /** Revision the next block takes; everything below is durable. */
  get next(): number {
    return this.nextRevision;
  }

  /** Offset after the last input of the intake topic that is answered; null where there is none. */
  get cursor(): number | null {
    return this.intake;
  }

  /**
   * Appends a claim: a header under the next term, which fences whoever had the stream before. Called again after it
   * failed, it finds its claim where that was written.
   *
   * @param begin offset the intake topic begins with: the cursor of a stream that has none yet
   * @returns where the stream stood
   * @throws JournalUnavailableError, TuttiError `journal-corrupt`, `journal-version`; `unavailable` told to stop
   */
  async claim(nowMs: number, begin: number | null = null): Promise<Tail> {
    for (;;) {
      const tail = await readTail(this.journal, this.partition);
      this.intake = tail.intake ?? begin;
      if (tail.lastId !== '' && tail.lastId === this.claimId) {
        this.nextRevision = tail.next;
        return tail;
      }
      if (this.patience.stopping()) throw unavailable('the partition is given up');
      this.writerTerm = tail.term + 1;
      this.nextRevision = tail.next;
      const claim = this.block(HEADER_ALONE, Math.max(tail.atMs, nowMs), this.intake);
      this.claimId = claim.id;
      try {
        await this.journal.append(this.name, claim);
        return tail;
      } catch (error) {
        if (!(error instanceof RevisionConflictError)) throw error;
      }
    }
  }

  /**
   * Finds the stream's end again. @returns where the partition stands
   * @throws FencedError, JournalUnavailableError, TuttiError `journal-corrupt`
   */
  async locate(): Promise<Tail> {
    const tail = await readTail(this.journal, this.partition);
    if (tail.term > this.writerTerm) throw new FencedError(this.partition);
    this.nextRevision = tail.next;
    this.intake = tail.intake;
    this.shelf.clear();
    return tail;
  }

  /**
   * Appends records as one block; resolves when that is durable. False: somebody else wrote in its place, so that
   * memory no longer agrees with the journal.
   *
   * @param intake offset after the last input they answer; undefined: none was from an intake topic
   * @throws FencedError, TuttiError `unavailable` told to stop while the journal was away
   */
  async append(records: Records, atMs: number, intake: number | null = this.intake): Promise<boolean> {
    const block = this.block(records, atMs, intake);
    const outcome = await appendBlock(this.journal, this.name, block, this.patience);
    switch (outcome) {
      case 'durable':
        this.nextRevision = block.first + block.count;
        this.intake = intake;
        this.shelf.put(block);
        return true;
      case 'overtaken':
        return false;
      case 'fenced':
        throw new FencedError(this.partition);
      default:
        return outcome satisfies never;
    }
  }

  /** Notes in the stream that a single input is about to be tried (docs/adr/0014-quarantine.md). As {@link append}. */
  attempt(atMs: number): Promise<boolean> {
    return this.append(HEADER_ALONE, atMs);
  }

  private block({ lines, body }: Records, atMs: number, intake: number | null): Block {
    return sealBlock({
      stream: this.name,
      first: this.nextRevision,
      term: this.writerTerm,
      next: intake,
      atMs,
      engine: ENGINE,
      lines,
      body,
    });
  }
}
