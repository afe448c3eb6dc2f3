/**
 * Waits between attempts, longer each time. In the machine's time, not the injected clock's: it is about servers that
 * are away, not about what gets recorded.
 */
export class BackOff {
  private attempts = 0;
  private wake: (() => void) | undefined;
  private stopped = false;

  constructor(
    private readonly firstMs = 20,
    private readonly longestMs = 2_000,
  ) {}

  /** Resolves after the next delay, or at once when stopped. */
  wait(): Promise<void> {
    if (this.stopped) return Promise.resolve();
    const delayMs = Math.min(this.longestMs, this.firstMs * 2 ** this.attempts);
    this.attempts = Math.min(this.attempts + 1, 16);
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.wake?.(), delayMs);
      this.wake = () => {
        clearTimeout(timer);
        this.wake = undefined;
        resolve();
      };
    });
  }

  /** Begins with the shortest delay again. */
  reset(): void {
    this.attempts = 0;
  }

  /** Ends the present wait and all later ones. */
  stop(): void {
    this.stopped = true;
    this.wake?.();
  }
}
