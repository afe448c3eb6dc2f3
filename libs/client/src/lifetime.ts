/** Whether a client is still open; wakes those who wait when it is not. */
export class Lifetime {
  #closed = false;
  readonly #wake = new Set<() => void>();

  get closed(): boolean {
    return this.#closed;
  }

  close(): void {
    this.#closed = true;
    for (const wake of this.#wake) wake();
    this.#wake.clear();
  }

  /** Calls back at `close()`; at once if that has been. Returns how to take it back. */
  onClose(wake: () => void): () => void {
    if (this.#closed) {
      wake();
      return () => {};
    }
    this.#wake.add(wake);
    return () => this.#wake.delete(wake);
  }

  /** Resolves after `ms`, or at `close()`. A `background` wait does not keep the process alive. */
  sleep(ms: number, background = false): Promise<void> {
    return new Promise((resolve) => {
      let forget = (): void => {};
      const done = (): void => {
        clearTimeout(timer);
        forget();
        resolve();
      };
      const timer = setTimeout(done, ms);
      if (background && typeof timer === 'object') timer.unref();
      forget = this.onClose(done);
    });
  }
}
