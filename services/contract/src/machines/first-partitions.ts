import type { Clock } from '@tutti/runtime';
import type { ServiceProblem } from '@tutti/service';

/** The group shares partitions out within seconds; who has none by then is not needed for any. */
const AWAITED_MS = 10_000;

/** Tells of a process that has just joined, and has not taken over a partition yet. */
export class FirstPartitions {
  readonly #clock: Clock;
  #joinedAt: { nowMs: number; monotonicMs: number } | undefined;
  #had = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  joined(): void {
    this.#joinedAt = { nowMs: this.#clock.nowMs(), monotonicMs: this.#clock.monotonicMs() };
  }

  /** A partition is its own. */
  owned(): void {
    this.#had = true;
  }

  /** Set until it has a partition, or has waited long enough. */
  get problem(): ServiceProblem | undefined {
    const at = this.#joinedAt;
    if (this.#had || at === undefined || this.#clock.monotonicMs() - at.monotonicMs >= AWAITED_MS) return undefined;
    return {
      code: 'partitions-awaited',
      detail: 'it has joined the others, and no partition is its own yet',
      sinceMs: at.nowMs,
    };
  }
}
