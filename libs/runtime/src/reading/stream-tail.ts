import { readBlock } from '../journal/block.js';
import { corrupt } from '../journal/corrupt.js';
import type { CheckedBlock } from '../journal/journal-reader.js';
import type { Journal } from '../ports/journal.js';
import { BackOff } from '../problems/back-off.js';
import type { Problems } from '../problems/problems.js';

/** What a tail reads, and whom it tells what is away. */
export interface TailOptions {
  journal: Journal;
  stream: string;
  problems: Problems;
  /** Under which name its problems are listed. */
  owner: string;
  /** Blocks held in memory at a time; default 16. */
  pageBlocks?: number;
  /** Waking is a hint: it also looks by itself this often. Milliseconds of the machine; default 1,000. */
  lookEveryMs?: number;
}

/** Said between two blocks where the stream's end has been reached for now. */
export const AT_END = 'at-end';

/**
 * Follows a stream for as long as it is wanted: reads on, waits at its end, and outlasts a journal that is away or says
 * what cannot be.
 */
export class StreamTail {
  private readonly backOff = new BackOff();
  private readonly unfollow: () => void;
  private woken = false;
  private rouse: () => void = () => undefined;
  private stopped = false;

  constructor(private readonly options: TailOptions) {
    this.unfollow = options.journal.follow(options.stream, () => this.wake());
  }

  /**
   * Blocks from the one that holds a revision on, whose records before it are left out. Ends when stopped.
   *
   * @param revision where to go on; asked once
   */
  async *from(revision: number): AsyncGenerator<CheckedBlock | typeof AT_END, void, undefined> {
    const { journal, stream, problems, owner, pageBlocks = 16 } = this.options;
    let next = revision;
    let term = 0;
    let started = false;
    while (!this.stopped) {
      this.woken = false;
      let page: CheckedBlock[] = [];
      try {
        for (const block of await journal.read(stream, next, pageBlocks)) {
          const expected = page.at(-1)?.end ?? next;
          const { first, count } = block;
          const isNext = started || page.length > 0 ? first === expected : first <= next && next < first + count;
          if (!isNext) throw corrupt(stream, expected, `the next block begins at ${first}`);
          if (block.term < term) throw corrupt(stream, first, `term ${block.term} after ${term}`);
          const { header, records } = readBlock(stream, block);
          page.push({
            header,
            first,
            end: first + count,
            records: first < next ? records.slice(next - first) : records,
          });
          term = block.term;
        }
        problems.solved(owner);
        this.backOff.reset();
      } catch (error) {
        if (this.stopped) return;
        problems.say(owner, error);
        page = [];
        await this.backOff.wait();
        continue;
      }
      for (const block of page) {
        if (this.stopped) return;
        started = true;
        next = block.end;
        yield block;
      }
      if (page.length < pageBlocks && !this.stopped) yield AT_END;
      if (page.length === 0) await this.sleep();
    }
  }

  /** Ends {@link from} at the next block, or at once where it waits. */
  stop(): void {
    this.stopped = true;
    this.unfollow();
    this.backOff.stop();
    this.wake();
  }

  private wake(): void {
    this.woken = true;
    this.rouse();
  }

  private async sleep(): Promise<void> {
    if (this.woken || this.stopped) return;
    const { lookEveryMs = 1_000 } = this.options;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, lookEveryMs);
      this.rouse = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.rouse = () => undefined;
  }
}
