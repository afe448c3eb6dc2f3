/** Who wants to be woken when a stream grows. */
export class Followers {
  private readonly wakes = new Map<string, Set<() => void>>();

  get streams(): string[] {
    return [...this.wakes.keys()];
  }

  add(stream: string, wake: () => void): () => void {
    // Own identity for each call: the same function may follow twice.
    const own = (): void => wake();
    const set = this.wakes.get(stream) ?? new Set();
    this.wakes.set(stream, set.add(own));
    return () => {
      set.delete(own);
      if (set.size === 0 && this.wakes.get(stream) === set) this.wakes.delete(stream);
    };
  }

  /** Wakes the followers of the streams, each on its own: what one throws is not the appender's business. */
  wake(streams: Iterable<string>): void {
    for (const stream of streams) for (const wake of this.wakes.get(stream) ?? []) queueMicrotask(wake);
  }

  clear(): void {
    this.wakes.clear();
  }
}
