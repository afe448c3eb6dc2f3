import type { Clock } from './clock.js';

interface Alarm {
  atMs: number;
  wake: () => void;
}

/** A clock that stands still until it is moved; for tests and simulations. */
export class ManualClock implements Clock {
  private wallMs: number;
  private passedMs = 0;
  private readonly alarms = new Set<Alarm>();

  /** @param startMs wall time it begins at, milliseconds since 1970 */
  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.wallMs = startMs;
  }

  nowMs(): number {
    return this.wallMs;
  }

  monotonicMs(): number {
    return this.passedMs;
  }

  after(delayMs: number, wake: () => void): () => void {
    const alarm = { atMs: this.passedMs + Math.max(0, delayMs), wake };
    this.alarms.add(alarm);
    return () => void this.alarms.delete(alarm);
  }

  /** Lets time pass: wall and monotonic time go on together, and what is due wakes in order. */
  advance(byMs: number): void {
    const targetMs = this.passedMs + byMs;
    for (;;) {
      const next = this.firstUntil(targetMs);
      if (next === undefined) break;
      this.alarms.delete(next);
      this.pass(Math.max(0, next.atMs - this.passedMs));
      next.wake();
    }
    this.pass(targetMs - this.passedMs);
  }

  /** Sets the wall clock forth or back without any time passing, as an administrator or NTP does. */
  jump(byMs: number): void {
    this.wallMs += byMs;
  }

  private pass(byMs: number): void {
    this.wallMs += byMs;
    this.passedMs += byMs;
  }

  private firstUntil(targetMs: number): Alarm | undefined {
    let first: Alarm | undefined;
    for (const alarm of this.alarms) {
      if (alarm.atMs <= targetMs && (first === undefined || alarm.atMs < first.atMs)) first = alarm;
    }
    return first;
  }
}
