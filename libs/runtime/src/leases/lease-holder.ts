import type { Clock } from '../clock/clock.js';
import type { Leases } from '../ports/leases.js';
import type { Problems } from '../problems/problems.js';

/** Which lease, for whom, and who is told. */
export interface LeaseHolderOptions {
  leases: Leases;
  /** `feedback`, `projection-3` */
  name: string;
  /** Unique to the process. */
  owner: string;
  /** How long it holds without being renewed; renewed at a third of it. Default 10,000. */
  forMs?: number;
  clock: Clock;
  problems: Problems;
  /** The lease has become this holder's. Must not throw. */
  gained(): void;
  /** It is no longer, or may be another's by now. Must not throw. */
  lost(): void;
}

export const LEASE_MS = 10_000;

/**
 * Holds a lease for as long as it can, and tries again when it cannot. Says that it is lost when it may have run out,
 * also where the store is away or this process was stopped for a while: others may have it by then.
 */
export class LeaseHolder {
  private readonly forMs: number;
  private readonly owner: string;
  /** Until when it is certainly held, by the monotonic clock. */
  private untilMs = -Infinity;
  private isHeld = false;
  private closing = false;
  private trying: Promise<void> | undefined;
  private cancelTry: () => void = () => undefined;
  private cancelEnd: () => void = () => undefined;

  constructor(private readonly options: LeaseHolderOptions) {
    this.forMs = options.forMs ?? LEASE_MS;
    this.owner = `lease ${options.name}`;
    this.try();
  }

  /** Whether it is held at this moment. */
  get held(): boolean {
    return this.isHeld && this.options.clock.monotonicMs() < this.untilMs;
  }

  /** Gives it back; says that it is lost where it was held. */
  async close(): Promise<void> {
    this.closing = true;
    this.cancelTry();
    await this.trying;
    const wasHeld = this.isHeld;
    this.lose();
    const { leases, name, owner, problems } = this.options;
    if (wasHeld) {
      // Where the store is away it runs out by itself.
      await leases.release(name, owner).catch(() => undefined);
    }
    problems.solved(this.owner);
  }

  private try(): void {
    if (this.closing) return;
    this.trying = this.renew().finally(() => {
      this.trying = undefined;
      if (!this.closing) this.cancelTry = this.options.clock.after(this.forMs / 3, () => this.try());
    });
  }

  private async renew(): Promise<void> {
    const { leases, name, owner, clock, problems } = this.options;
    const askedMs = clock.monotonicMs();
    try {
      const got = await leases.hold(name, owner, this.forMs);
      problems.solved(this.owner);
      if (got) this.gain(askedMs + this.forMs);
      else this.lose();
    } catch (error) {
      problems.say(this.owner, error);
      if (clock.monotonicMs() >= this.untilMs) this.lose();
    }
  }

  private gain(untilMs: number): void {
    const { clock } = this.options;
    this.cancelEnd();
    // The answer came too late to be good for anything.
    if (clock.monotonicMs() >= untilMs) return this.lose();
    this.untilMs = untilMs;
    this.cancelEnd = clock.after(untilMs - clock.monotonicMs(), () => this.end());
    if (this.isHeld) return;
    this.isHeld = true;
    this.options.gained();
  }

  private end(): void {
    const leftMs = this.untilMs - this.options.clock.monotonicMs();
    // Clocks may wake a little early.
    if (leftMs > 0) this.cancelEnd = this.options.clock.after(leftMs, () => this.end());
    else this.lose();
  }

  private lose(): void {
    this.cancelEnd();
    this.untilMs = -Infinity;
    if (!this.isHeld) return;
    this.isHeld = false;
    this.options.lost();
  }
}
