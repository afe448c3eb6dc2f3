/** What a participant has left, in thousandths of a decision, and since when. */
interface Bucket {
  left: number;
  atMs: number;
}

/** Buckets looked at, with each decision, whether they may be forgotten: more than one decision can add. */
const FORGET_MOST = 2;
const SECOND_MS = 1000;
/** A bucket gains so many a millisecond as it may send decisions a second. */
const DECISION = 1000;

/**
 * How many decisions each participant may send: a token bucket that holds one second's worth and fills steadily. Of
 * this process; participants who come to several processes have as much at each.
 */
export class Quota {
  readonly perSecond: number;
  readonly #monotonicMs: () => number;
  /** Least recently used first. Those that would be full again are forgotten. */
  readonly #buckets = new Map<string, Bucket>();

  /**
   * @param perSecond decisions a second, 1 or more
   * @param monotonicMs a clock that never goes back
   */
  constructor(perSecond: number, monotonicMs: () => number) {
    this.perSecond = perSecond;
    this.#monotonicMs = monotonicMs;
  }

  /** Takes one decision off a participant's quota. Returns 0, or after how many milliseconds there is one again. */
  take(participant: string): number {
    const nowMs = this.#monotonicMs();
    const before = this.#buckets.get(participant);
    const left = before === undefined ? this.perSecond * DECISION : this.#filled(before, nowMs);
    const taken = left >= DECISION;
    this.#buckets.delete(participant);
    this.#buckets.set(participant, { left: taken ? left - DECISION : left, atMs: nowMs });
    this.#forget(nowMs);
    return taken ? 0 : Math.ceil((DECISION - left) / this.perSecond);
  }

  /** Participants who do not have all of their quota, about. */
  get participants(): number {
    return this.#buckets.size;
  }

  #filled({ left, atMs }: Bucket, nowMs: number): number {
    return Math.min(this.perSecond * DECISION, left + (nowMs - atMs) * this.perSecond);
  }

  #forget(nowMs: number): void {
    let looked = 0;
    for (const [participant, { atMs }] of this.#buckets) {
      if (nowMs - atMs < SECOND_MS || looked++ === FORGET_MOST) return;
      this.#buckets.delete(participant);
    }
  }
}
