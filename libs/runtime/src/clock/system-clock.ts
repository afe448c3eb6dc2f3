import type { Clock } from './clock.js';

/** Longest delay that `setTimeout` takes; longer ones wake early. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/** The machine's clock. */
export class SystemClock implements Clock {
  nowMs(): number {
    return Date.now();
  }

  monotonicMs(): number {
    return performance.now();
  }

  after(delayMs: number, wake: () => void): () => void {
    const timer = setTimeout(wake, Math.min(Math.max(0, delayMs), TIMER_MS_MAX));
    return () => clearTimeout(timer);
  }
}
