import type { Clock } from './clock.js';

/** A forward jump of the wall clock by more than this against monotonic time is not believed at once. */
export const JUMP_MS = 60 * 60_000;
/** How long a jump must last before it is followed. */
export const JUMP_LASTS_MS = 10 * 60_000;

/**
 * The time inputs and epochs get recorded with (DESIGN §3.10): the wall clock's, except that it never goes back, and
 * that a forward jump of over an hour is followed only after it has lasted ten minutes.
 */
export class RecordedTime {
  private lastMs: number;
  private anchorWallMs: number;
  private anchorMonotonicMs: number;
  private jumpedAtMonotonicMs: number | undefined;

  /** @param notBeforeMs the latest time recorded so far */
  constructor(
    private readonly clock: Clock,
    notBeforeMs = 0,
  ) {
    this.anchorWallMs = clock.nowMs();
    this.anchorMonotonicMs = clock.monotonicMs();
    this.lastMs = notBeforeMs;
  }

  /** Milliseconds since 1970, whole; never less than before. */
  now(): number {
    const wallMs = this.clock.nowMs();
    const monotonicMs = this.clock.monotonicMs();
    const expectedMs = this.anchorWallMs + (monotonicMs - this.anchorMonotonicMs);
    let nowMs = wallMs;
    if (wallMs - expectedMs > JUMP_MS) {
      this.jumpedAtMonotonicMs ??= monotonicMs;
      if (monotonicMs - this.jumpedAtMonotonicMs < JUMP_LASTS_MS) nowMs = expectedMs;
    }
    if (nowMs === wallMs) {
      this.anchorWallMs = wallMs;
      this.anchorMonotonicMs = monotonicMs;
      this.jumpedAtMonotonicMs = undefined;
    }
    this.lastMs = Math.max(this.lastMs, Math.floor(nowMs));
    return this.lastMs;
  }

  /** Makes sure that nothing is recorded before a time that already is. */
  notBefore(atMs: number): void {
    this.lastMs = Math.max(this.lastMs, atMs);
  }

  /** True while a forward jump of the wall clock is not followed. */
  get jumped(): boolean {
    this.now();
    return this.jumpedAtMonotonicMs !== undefined;
  }
}
