import { createRequire } from 'node:module';

/** The part of kafkajs's queue of requests that concerns us. */
interface RequestQueue {
  throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  pending: unknown[];
  checkPendingRequests(): void;
}

const pendingCheckMs = 10;

/**
 * kafkajs 2.2.4 sets a timer with a negative delay after each answer of a broker: Node warns of it
 * (TimeoutNegativeWarning), and the timer then fires every millisecond for ever. Here one is set only where requests wait.
 */
export function mendTimers(): void {
  const require = createRequire(import.meta.url);
  const { prototype } = require('kafkajs/src/network/requestQueue/index.js') as { prototype: object };
  Object.assign(prototype, {
    scheduleCheckPendingRequests(this: RequestQueue): void {
      if (this.pending.length === 0 || this.throttleCheckTimeoutId !== null) return;
      const throttledMs = this.throttledUntil - Date.now();
      this.throttleCheckTimeoutId = setTimeout(
        () => {
          this.throttleCheckTimeoutId = null;
          this.checkPendingRequests();
        },
        throttledMs > 0 ? throttledMs : pendingCheckMs,
      );
    },
  });
}
