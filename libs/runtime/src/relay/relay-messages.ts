import type { RelayStatus } from './relay.js';

/** What the thread that judges asks of the relay's thread. */
export type RelayRequest =
  | { ask: 'add'; partition: number }
  /** Answered with `done` when nothing more of the partition is sent. */
  | { ask: 'remove'; partition: number; number: number }
  /** Answered with `done` when all of it has ended; the thread ends by itself then. */
  | { ask: 'close'; number: number };

/** What the relay's thread says. */
export type RelayReport = { say: 'status'; status: RelayStatus } | { say: 'done'; number: number };

/** One end of the channel between the two; as `MessagePort` and `Worker` have it. */
export interface RelayPort<In, Out> {
  postMessage(message: Out): void;
  on(event: 'message', listener: (message: In) => void): unknown;
}
