import type { Barren } from '../partition/tail.js';

/** So many deaths are an input's own doing. */
export const DEATHS_MAX = 3;
/** Inputs tried one by one after a suspicion: as many as died together at most. */
const ALONE_MAX = 999;

/** How the next input is to be handled: with others, alone, or not at all. */
export type Handling = 'together' | 'alone' | 'refused';

/**
 * Finds the input that kills the process (docs/adr/0014-quarantine.md). What is durable of a death are only the blocks
 * a stream ends with, so:
 *
 * 1. A tenure suspects its inputs if the stream before its claim ended with {@link DEATHS_MAX} claims with nothing after
 *    them, all made when the first input was there already; or with at least one attempt.
 * 2. It then reads and judges up to 999 inputs one by one, and before each it appends an attempt, a header alone under
 *    its own term. In a process only one partition at a time does so: of two inputs one would get the other's blame.
 * 3. If {@link DEATHS_MAX} attempts stand at the end of the stream, its next input has had its chances: it is refused
 *    as `quarantined`, unread.
 *
 * Claims alone never condemn: idle partitions change hands without getting anything done.
 */
export class Suspects {
  private first: number | undefined;
  private left = 0;

  /** @param barren the blocks of a header alone that the stream ended with before this tenure's claim */
  constructor(private readonly barren: Barren) {}

  /** For each input in order; again for those that come again. */
  handling(offset: number, timestampMs: number): Handling {
    const { claimsMs, attempts } = this.barren;
    if (this.first === undefined) {
      this.first = offset;
      const deaths = claimsMs.filter((claimedMs) => claimedMs >= timestampMs).length;
      if (attempts > 0 || deaths >= DEATHS_MAX) this.left = ALONE_MAX;
    }
    if (offset === this.first && attempts >= DEATHS_MAX) return 'refused';
    if (this.left === 0) return 'together';
    this.left--;
    return 'alone';
  }
}

/** Lets one in at a time, in the order they came. */
export class Gate {
  private turn: Promise<unknown> = Promise.resolve();

  pass<T>(work: () => Promise<T>): Promise<T> {
    const result = this.turn.then(work);
    this.turn = result.catch(() => undefined);
    return result;
  }
}
