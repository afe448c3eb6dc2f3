import { parseVerdictLine, verdictTail } from '@tutti/contracts';
import { readBlock } from '../journal/block.js';
import { corrupt } from '../journal/corrupt.js';
import { recordKind } from '../journal/record.js';
import type { Block, Journal } from '../ports/journal.js';
import { JournaledVerdict } from './journaled-verdict.js';

/** The journal's stream of a partition's verdicts. */
export function verdictsOf(partition: number): string {
  return `verdicts-${partition}`;
}

interface Shelved {
  first: number;
  end: number;
  block: Block;
  lines: Buffer[] | undefined;
}

/** Reads single verdicts of a partition; keeps the blocks that were written or read last in memory. */
export class BlockShelf {
  private readonly stream: string;
  private shelved: Shelved[] = [];

  constructor(
    private readonly journal: Journal,
    private readonly partition: number,
    private readonly blocksMax = 8,
  ) {
    this.stream = verdictsOf(partition);
  }

  /** Keeps a block that has just been written. */
  put(block: Block): void {
    this.shelved.unshift({ first: block.first, end: block.first + block.count, block, lines: undefined });
    if (this.shelved.length > this.blocksMax) this.shelved.pop();
  }

  clear(): void {
    this.shelved = [];
  }

  /**
   * The verdict at a revision; undefined where there is none (another kind of record, or beyond the end).
   *
   * @throws JournalUnavailableError, TuttiError `journal-corrupt`
   */
  async verdict(revision: number): Promise<JournaledVerdict | undefined> {
    const line = await this.line(revision);
    if (line === undefined || recordKind(this.stream, { revision, line }) !== 'verdict') return undefined;
    return verdictAt(this.partition, revision, line);
  }

  private async line(revision: number): Promise<Buffer | undefined> {
    let found = this.shelved.find(({ first, end }) => first <= revision && revision < end);
    if (found === undefined) {
      const [block] = await this.journal.read(this.stream, revision, 1);
      if (block === undefined) return undefined;
      const end = block.first + block.count;
      if (block.first > revision || end <= revision) {
        throw corrupt(this.stream, revision, `the block read for it holds ${block.first} to ${end - 1}`);
      }
      this.put(block);
      found = this.shelved[0]!;
    }
    found.lines ??= readBlock(this.stream, found.block).records.map(({ line }) => line);
    return found.lines[revision - found.first];
  }
}

/** A verdict from its record. @throws TuttiError `journal-corrupt` */
export function verdictAt(partition: number, revision: number, line: Buffer): JournaledVerdict {
  const text = line.toString('utf8');
  try {
    const { verdict, encoded, event } = parseVerdictLine(text);
    const head = text.slice(0, text.length - encoded.text.length - verdictTail(encoded).length);
    return new JournaledVerdict(partition, revision, verdict, encoded, event, head);
  } catch (cause) {
    throw corrupt(verdictsOf(partition), revision, cause instanceof Error ? cause.message : String(cause), cause);
  }
}
