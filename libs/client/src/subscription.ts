import { backOffMs } from './back-off.js';
import type { Caller } from './caller.js';
import { CursorFile, CursorKeeper, type CursorStore } from './cursor.js';
import { ClosedError } from './errors.js';
import type { Follow, VerdictFilter } from './follow.js';
import { Lifetime } from './lifetime.js';
import type { Verdict } from './verdict.js';

export interface OnVerdictOptions {
  /** Where the place is kept between runs: the path of a file, or a store. Without it every run begins at `since`. */
  resume?: string | CursorStore;
  /**
   * Told of each failure of the handler (`verdict` is set; it is called again with back-off unless this returns
   * `'skip'`), of a cursor that could not be saved, and of the refusal that ended the subscription (`final`).
   */
  onError?: (error: unknown, about: { verdict?: Verdict; attempt: number; final: boolean }) => 'skip' | void;
}

/** A handler that follows verdicts. */
export interface Subscription {
  /** Whether the stream is open now. */
  readonly connected: boolean;
  /** Resolves when it has begun: what is recorded from then on is handed out. Rejects where it ends before. */
  readonly started: Promise<void>;
  /** Resolves after `close()`; rejects where the backbone refuses to go on (`gone`, `forbidden` …). */
  readonly done: Promise<void>;
  /** Ends after the verdict in hand; resolves when its place is saved. */
  close(): Promise<void>;
}

/** Calls a handler for each verdict, one at a time, in order within each subject; each at least once. */
export class VerdictSubscription implements Subscription {
  connected = false;
  readonly done: Promise<void>;
  readonly started: Promise<void>;
  #start: () => void = () => {};
  readonly #lifetime = new Lifetime();
  readonly #options: OnVerdictOptions;

  constructor(
    caller: Caller,
    follow: Follow,
    participant: string | undefined,
    filter: VerdictFilter,
    handler: (verdict: Verdict) => unknown,
    options: OnVerdictOptions,
  ) {
    this.#options = options;
    const forget = caller.lifetime.onClose(() => this.#lifetime.close());
    this.done = this.#run(follow, participant, filter, handler).finally(forget);
    this.started = new Promise((resolve, reject) => {
      this.#start = resolve;
      this.done.then(() => reject(new ClosedError()), reject);
    });
    this.started.catch(() => {});
    this.done.catch((error: unknown) => this.#report(error, { attempt: 1, final: true }));
  }

  async close(): Promise<void> {
    this.#lifetime.close();
    await this.done.catch(() => {});
  }

  async #run(
    follow: Follow,
    participant: string | undefined,
    filter: VerdictFilter,
    handler: (verdict: Verdict) => unknown,
  ): Promise<void> {
    const { resume } = this.#options;
    const store = typeof resume === 'string' ? new CursorFile(resume) : resume;
    const keeper = store && new CursorKeeper(store, (error) => this.#report(error, { attempt: 1, final: false }));
    try {
      const from = await store?.load();
      const onConnected = (connected: boolean): void => {
        this.connected = connected;
        if (connected) this.#start();
      };
      for await (const { verdict, cursor } of follow(this.#lifetime, filter, {
        from,
        participant,
        onConnected,
      })) {
        if (verdict !== undefined && !(await this.#handle(handler, verdict))) return;
        if (cursor !== undefined) keeper?.reached(cursor);
      }
    } finally {
      this.connected = false;
      await keeper?.flush();
    }
  }

  /** False where the subscription was closed before the handler managed. */
  async #handle(handler: (verdict: Verdict) => unknown, verdict: Verdict): Promise<boolean> {
    for (let attempt = 1; ; attempt++) {
      try {
        await handler(verdict);
        return true;
      } catch (error) {
        if (this.#report(error, { verdict, attempt, final: false }) === 'skip') return true;
        await this.#lifetime.sleep(backOffMs(attempt));
        if (this.#lifetime.closed) return false;
      }
    }
  }

  #report(error: unknown, about: { verdict?: Verdict; attempt: number; final: boolean }): 'skip' | void {
    if (this.#options.onError !== undefined) return this.#options.onError(error, about);
    const text = error instanceof Error ? error : String(error);
    globalThis.process?.emitWarning?.(text, { code: 'TUTTI_ON_VERDICT' });
  }
}
