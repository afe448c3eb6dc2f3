import type { Regime } from '@tutti/contracts';
import type { Clock } from '../clock/clock.js';
import { BackOff } from '../problems/back-off.js';
import type { Problems } from '../problems/problems.js';
import { patiently } from './append-block.js';
import type { Until } from './input-queue.js';

/** How long inputs below a watermark may stay away before it is asked whether there are any, milliseconds. */
const SETTLED_AFTER_MS = 1_000;

/** The ends of a partition of the intake topic. Each may throw what is retryable. */
export interface IntakeEnds {
  /** The high watermark: the offset that the next record will have, or a later one. */
  end(): Promise<number>;
  /** Offset of the last record there is; -1 for none. */
  last(): Promise<number>;
}

/** A barrier still to be appended: when what was recorded before it has been judged. */
export interface DueBarrier {
  readonly regime: Regime;
  /** Inputs that had been taken over when it was seen. */
  readonly watermark: number;
  /** The intake topic's high watermark, read after it was seen; undefined: not read yet. 0 where there is no topic. */
  offset: number | undefined;
}

/** Where a task stands, as far as barriers matter. */
export interface Standing {
  queued: number;
  /** Offset after the last input answered; null where there is no intake topic. */
  cursor: number | null;
  lastAtMs: number;
}

/**
 * The barriers a partition has seen but not passed, in order. One is passed when the next input is recorded later than
 * its time, or when the partition has drained to the watermark read after it was seen (DESIGN §3.10).
 */
export class DueBarriers {
  private waiting: DueBarrier[] = [];
  private readonly backOff = new BackOff();
  private readonly cancels = new Set<() => void>();
  private stopped = false;

  constructor(
    /** Undefined where there is no intake topic. */
    private readonly intake: IntakeEnds | undefined,
    private readonly clock: Clock,
    private readonly problems: Problems,
    private readonly owner: string,
    private readonly standing: () => Standing,
    /** Called when a barrier may have become passable. */
    private readonly wake: () => void,
  ) {}

  get first(): DueBarrier | undefined {
    return this.waiting[0];
  }

  get last(): DueBarrier | undefined {
    return this.waiting.at(-1);
  }

  see(regime: Regime, watermark: number): void {
    const barrier: DueBarrier = { regime, watermark, offset: this.intake === undefined ? 0 : undefined };
    this.waiting.push(barrier);
    if (this.intake !== undefined) void this.measure(barrier, this.intake);
  }

  passed(): void {
    this.waiting.shift();
  }

  clear(): void {
    this.waiting = [];
  }

  /** Whether the first one may be passed now, if nothing of {@link limit} can be taken from the queue. */
  get due(): boolean {
    const barrier = this.first;
    if (barrier === undefined) return false;
    const { queued, cursor, lastAtMs } = this.standing();
    if (queued > 0 || lastAtMs > barrier.regime.atMs) return true;
    return barrier.offset !== undefined && (cursor ?? 0) >= barrier.offset;
  }

  /** Inputs that come before the first one; undefined where there is none. */
  get limit(): Until | undefined {
    const barrier = this.first;
    if (barrier === undefined) return undefined;
    const { regime, watermark, offset } = barrier;
    if (this.intake === undefined) return { atMs: regime.atMs, watermark, offset: Infinity };
    // What comes after a time is recorded no earlier. What is in the queue while the watermark is being read lies below.
    const atMs = this.standing().lastAtMs > regime.atMs ? -Infinity : regime.atMs;
    return { atMs, watermark: Infinity, offset: offset ?? Infinity };
  }

  stop(): void {
    this.stopped = true;
    this.backOff.stop();
    for (const cancel of this.cancels) cancel();
    this.cancels.clear();
  }

  private async measure(barrier: DueBarrier, intake: IntakeEnds): Promise<void> {
    const end = await this.asking(barrier, () => intake.end());
    if (end === undefined) return;
    barrier.offset = end;
    this.wake();
    while (!this.isOver(barrier)) {
      await this.pause();
      if (this.isOver(barrier) || this.standing().queued > 0 || barrier !== this.first) continue;
      // Nothing has come: the last offsets may be markers or deleted, which no consumer is given.
      const last = await this.asking(barrier, () => intake.last());
      if (last === undefined) return;
      barrier.offset = Math.min(end, last + 1);
      this.wake();
      return;
    }
  }

  private isOver(barrier: DueBarrier): boolean {
    return this.stopped || !this.waiting.includes(barrier);
  }

  private pause(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.clock.after(SETTLED_AFTER_MS, () => {
        this.cancels.delete(done);
        resolve();
      });
      const done = (): void => {
        cancel();
        resolve();
      };
      this.cancels.add(done);
    });
  }

  /** Asks until there is an answer; undefined: it is not needed any more. */
  private async asking(barrier: DueBarrier, ask: () => Promise<number>): Promise<number | undefined> {
    const { backOff, problems } = this;
    const owner = `${this.owner} of the intake`;
    const stopping = (): boolean => this.isOver(barrier);
    const nothing = (): void => undefined;
    try {
      return await patiently({ backOff, problems, owner, stopping, failed: nothing, recovered: nothing }, ask);
    } catch (error) {
      if (stopping()) problems.solved(owner);
      else problems.say(owner, error);
      return undefined;
    }
  }
}
