import { setTimeout as sleep } from 'node:timers/promises';
import { TuttiError } from '@tutti/kernel';

const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 5_000;

export interface UntilThereOptions {
  /** Ends the waiting. */
  stopping: AbortSignal;
  /** Told what is waited for, once for each reason. */
  onWaiting: (error: TuttiError) => void;
  /** Milliseconds before the second attempt; doubled from then on up to 5 s. Default 200. */
  firstWaitMs?: number;
}

/**
 * Does something that needs a server, again and again while the server is away. A server that says no is not waited for.
 *
 * @throws TuttiError what is not retryable; the abort reason where it is stopped
 */
export async function untilThere<T>(attempt: () => Promise<T>, options: UntilThereOptions): Promise<T> {
  const { stopping, onWaiting, firstWaitMs = FIRST_WAIT_MS } = options;
  let said = '';
  for (let waitMs = firstWaitMs; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
    stopping.throwIfAborted();
    try {
      return await orStopped(attempt(), stopping);
    } catch (error) {
      if (!(error instanceof TuttiError) || !error.retryable) throw error;
      const why = `${error.code} ${error.message}`;
      if (why !== said) onWaiting(error);
      said = why;
    }
    await sleep(waitMs, undefined, { signal: stopping });
  }
}

/** What is stopped does not wait for the end of an attempt: the process ends, and its connections with it. */
function orStopped<T>(attempt: Promise<T>, stopping: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(stopping.reason as Error);
    if (stopping.aborted) stop();
    stopping.addEventListener('abort', stop, { once: true });
    attempt.then(resolve, reject).finally(() => stopping.removeEventListener('abort', stop));
  });
}
