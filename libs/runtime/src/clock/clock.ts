/** Where the runtime gets its time from. Only the edge reads it; everything after works on recorded times. */
export interface Clock {
  /** Wall time, milliseconds since 1970. May jump. */
  nowMs(): number;
  /** Milliseconds since some moment; never goes back, never jumps. */
  monotonicMs(): number;
  /**
   * Calls `wake` once, after so many milliseconds of this clock or a little earlier (ask the clock again). Returns the
   * way to take it back.
   */
  after(delayMs: number, wake: () => void): () => void;
}
