import type { Journal } from '../ports/journal.js';
import { BackOff } from '../problems/back-off.js';
import type { Problems } from '../problems/problems.js';
import { verdictsOf } from '../reading/block-shelf.js';

/** Fewer records than these are counted one by one: else about right is right enough, and costs one read. */
const EXACT_MAX = 200;
const BARRIER = Buffer.from('\n{"kind":"barrier"');
/** Not counted more often than this. Milliseconds of the machine. */
const EVERY_MS = 500;

/** Tells how many decisions were answered in a partition, from its journal stream's end. */
export class DecisionCount {
  private readonly stream: string;
  private readonly unfollow: () => void;
  private readonly backOff = new BackOff();
  private readonly owner: string;
  private next: number | undefined;
  private working: Promise<void> | undefined;
  private again = false;
  private stopped = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly journal: Journal,
    partition: number,
    private readonly problems: Problems,
    private readonly decided: (count: number) => void,
  ) {
    this.stream = verdictsOf(partition);
    this.owner = `feedback ${partition}`;
    this.unfollow = journal.follow(this.stream, () => this.look());
    this.look();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.unfollow();
    clearTimeout(this.timer);
    this.backOff.stop();
    await this.working;
    this.problems.solved(this.owner);
  }

  private look(): void {
    this.again = true;
    if (this.stopped || this.working !== undefined || this.timer !== undefined) return;
    this.again = false;
    this.working = this.count().finally(() => {
      this.working = undefined;
      if (this.stopped) return;
      this.timer = setTimeout(() => {
        this.timer = undefined;
        if (this.again) this.look();
      }, EVERY_MS);
    });
  }

  private async count(): Promise<void> {
    try {
      const last = await this.journal.last(this.stream);
      const end = last === undefined ? 0 : last.first + last.count;
      const from = this.next ?? end;
      if (end > from) this.decided(end - from > EXACT_MAX ? end - from : await this.exactly(from, end));
      this.next = end;
      this.problems.solved(this.owner);
      this.backOff.reset();
    } catch (error) {
      this.problems.say(this.owner, error);
      this.again = true;
      await this.backOff.wait();
    }
  }

  /** Records that are neither headers nor barriers. */
  private async exactly(from: number, end: number): Promise<number> {
    let count = 0;
    for (let next = from; next < end;) {
      const page = await this.journal.read(this.stream, next, 16);
      if (page.length === 0) break;
      for (const block of page) {
        next = block.first + block.count;
        if (next > end) break;
        count +=
          block.count - 1 - barriersIn(Buffer.from(block.bytes.buffer, block.bytes.byteOffset, block.bytes.byteLength));
      }
    }
    return count;
  }
}

function barriersIn(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(BARRIER); at !== -1; at = bytes.indexOf(BARRIER, at + 1)) count++;
  return count;
}
