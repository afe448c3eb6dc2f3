const LOOK_EVERY_MS = 250;

/** Who wants to be woken when a stream grows. */
export class Followers {
  private readonly wakes = new Map<string, Set<() => void>>();
  private timer: NodeJS.Timeout | undefined;
  private seen: number | undefined;

  /** @param version a number that changes with each commit of another connection to the file; looked at four times a second */
  constructor(private readonly version: () => number) {}

  add(stream: string, wake: () => void): () => void {
    // Own identity for each call: the same function may follow twice.
    const own = (): void => wake();
    const set = this.wakes.get(stream) ?? new Set();
    this.wakes.set(stream, set.add(own));
    this.look();
    return () => {
      set.delete(own);
      if (set.size === 0 && this.wakes.get(stream) === set) this.wakes.delete(stream);
      if (this.wakes.size === 0) this.stop();
    };
  }

  /** Wakes the followers of the streams, each on its own: what one throws is not the appender's business. */
  wake(streams: Iterable<string>): void {
    for (const stream of streams) for (const wake of this.wakes.get(stream) ?? []) queueMicrotask(wake);
  }

  close(): void {
    this.wakes.clear();
    this.stop();
  }

  private look(): void {
    if (this.timer !== undefined) return;
    this.seen = this.version();
    this.timer = setInterval(() => {
      const now = this.version();
      if (now === this.seen) return;
      this.seen = now;
      this.wake([...this.wakes.keys()]);
    }, LOOK_EVERY_MS).unref();
  }

  private stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }
}
