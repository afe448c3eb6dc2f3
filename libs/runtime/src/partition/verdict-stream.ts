import { ENGINE } from '../engine.js';
import { RevisionConflictError } from '../ports/errors.js';
import type { Block, Journal } from '../ports/journal.js';
import { BlockShelf, verdictsOf } from '../reading/block-shelf.js';
import { appendBlock, type Patience } from './append-block.js';
import { FencedError } from './fenced-error.js';
import { sealBlock } from './seal-block.js';
import { readTail, type Tail } from './tail.js';

/** Records to be appended: how many, and their lines, each ended by a line feed. */
export interface Records {
  readonly lines: number;
  readonly body: Uint8Array;
}

const CLAIM: Records = { lines: 0, body: new Uint8Array() };

/** The stream of a partition's verdicts, as its one writer holds it (DESIGN §3.1). */
export class VerdictStream {
  readonly name: string;
  /** Blocks written or read last. */
  readonly shelf: BlockShelf;
  private writerTerm = 0;
  private nextRevision = 0;
  private intake: number | null = null;

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

  /**
   * Appends a claim: a header under the next term, which fences whoever had the stream before.
   *
   * @throws JournalUnavailableError, TuttiError `journal-corrupt`, `journal-version`
   */
  async claim(nowMs: number): Promise<void> {
    for (;;) {
      const tail = await readTail(this.journal, this.partition);
      this.writerTerm = tail.term + 1;
      this.nextRevision = tail.next;
      this.intake = tail.intake;
      try {
        await this.journal.append(this.name, this.block(CLAIM, Math.max(tail.atMs, nowMs)));
        return;
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
  async append(records: Records, atMs: number, intake?: number): Promise<boolean> {
    if (intake !== undefined) this.intake = intake;
    const block = this.block(records, atMs);
    const outcome = await appendBlock(this.journal, this.name, block, this.patience);
    switch (outcome) {
      case 'durable':
        this.nextRevision = block.first + block.count;
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

  private block({ lines, body }: Records, atMs: number): Block {
    return sealBlock({
      stream: this.name,
      first: this.nextRevision,
      term: this.writerTerm,
      next: this.intake,
      atMs,
      engine: ENGINE,
      lines,
      body,
    });
  }
}
