import type { Told } from '../intake/answer-text.js';

/** Upper bounds of the buckets, seconds. */
export const LATENCY_BUCKETS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
export const BATCH_BUCKETS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

/** A histogram that costs an increment an observation; Prometheus reads it when it asks. */
export class Tally {
  readonly bounds: readonly number[];
  /** One more than bounds: the last counts what lies above. */
  readonly counts: number[];
  sum = 0;
  count = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = Array.from({ length: bounds.length + 1 }, () => 0);
  }

  observe(value: number): void {
    let i = 0;
    while (i < this.bounds.length && value > this.bounds[i]!) i++;
    this.counts[i]!++;
    this.sum += value;
    this.count++;
  }
}

/** What the intake has answered since it started. */
export class DecisionCounts {
  /** `accepted`, `irregular CODE`, `rejected CODE`. */
  readonly verdicts = new Map<string, number>();
  duplicates = 0;
  /** Put into the intake topic and answered before their verdict. */
  pending = 0;
  /** Refused before anything was recorded, by code. */
  readonly refused = new Map<string, number>();
  /** Seconds from taking a decision to its durable verdict. */
  readonly latency = new Tally(LATENCY_BUCKETS_S);
  /** Decisions a request. */
  readonly batch = new Tally(BATCH_BUCKETS);

  answered({ answer, accepted, code }: Told, elapsedMs: number): void {
    if (answer.duplicate) this.duplicates++;
    else {
      const key = code === undefined ? 'accepted' : `${accepted ? 'irregular' : 'rejected'} ${code}`;
      this.verdicts.set(key, (this.verdicts.get(key) ?? 0) + 1);
    }
    this.latency.observe(elapsedMs / 1000);
  }

  refusedWith(code: string): void {
    this.refused.set(code, (this.refused.get(code) ?? 0) + 1);
  }
}
