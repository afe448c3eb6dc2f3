import { JournalUnavailableError, RevisionConflictError } from '../ports/errors.js';
import type { Block, Journal } from '../ports/journal.js';

/** What several {@link MemoryJournal} share, as clients of one server do. */
export class MemoryStreams {
  readonly blocks = new Map<string, Block[]>();
  readonly followers = new Map<string, Set<() => void>>();
}

/** A journal in memory, for tests and simulations. Gone with the process. */
export class MemoryJournal implements Journal {
  private readonly stops = new Set<() => void>();
  private closed = false;

  constructor(private readonly kept = new MemoryStreams()) {}

  async append(stream: string, block: Block): Promise<void> {
    this.assertOpen();
    const blocks = this.kept.blocks.get(stream) ?? [];
    const last = blocks.at(-1);
    const end = last === undefined ? 0 : last.first + last.count;
    if (block.first !== end) {
      const there = blocks[indexOfHolder(blocks, block.first)];
      if (there?.first === block.first && there.id === block.id) return;
      throw new RevisionConflictError(stream, block.first, end);
    }
    blocks.push(block);
    this.kept.blocks.set(stream, blocks);
    for (const wake of this.kept.followers.get(stream) ?? []) queueMicrotask(wake);
  }

  async read(stream: string, from: number, maxBlocks = 64): Promise<Block[]> {
    this.assertOpen();
    const blocks = this.kept.blocks.get(stream) ?? [];
    const start = Math.max(0, indexOfHolder(blocks, from));
    return blocks.slice(start, start + maxBlocks).filter(({ first, count }) => first + count > from);
  }

  async last(stream: string): Promise<Block | undefined> {
    this.assertOpen();
    return this.kept.blocks.get(stream)?.at(-1);
  }

  async streams(): Promise<string[]> {
    this.assertOpen();
    return [...this.kept.blocks.keys()].toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  }

  follow(stream: string, wake: () => void): () => void {
    const own = (): void => wake();
    const set = this.kept.followers.get(stream) ?? new Set();
    this.kept.followers.set(stream, set.add(own));
    const stop = (): void => {
      set.delete(own);
      this.stops.delete(stop);
    };
    this.stops.add(stop);
    return stop;
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const stop of this.stops) stop();
  }

  private assertOpen(): void {
    if (this.closed) throw new JournalUnavailableError('the journal is closed');
  }
}

/** Index of the last block that begins at or before a revision; -1 if there is none. */
function indexOfHolder(blocks: readonly Block[], revision: number): number {
  let low = 0;
  let high = blocks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (blocks[middle]!.first <= revision) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
