import type { WireVerdict } from '@tutti/contracts';
import type { Envelope } from './event.js';
import type { Followed, FollowOptions, VerdictFilter } from './follow.js';
import type { Lifetime } from './lifetime.js';

/** Where a decision lies in the intake: durable, its verdict is found by this place. */
export interface IntakePlace {
  topic: string;
  partition: number;
  offset: number;
}

/** A verdict as read from a topic. */
export interface FoundVerdict {
  wire: WireVerdict;
  /** True where the same decision had been judged before, at another place. */
  duplicate: boolean;
}

/** A decision that all replicas have. */
export interface Arrival {
  place: IntakePlace;
  /**
   * Its verdict, read from the topic of verdicts; `undefined` where it was not seen within `leftMs`.
   *
   * @throws ClosedError
   */
  verdict(leftMs: number): Promise<FoundVerdict | undefined>;
}

/** A way to the intake beside HTTP. */
export interface Road {
  /** Whether verdicts are read from their topic; else they are asked for over HTTP. */
  readonly readsVerdicts: boolean;
  /**
   * Sends a decision; resolves when all replicas have it. Decisions of one subject arrive in the order of the calls.
   *
   * @param wait its verdict will be asked for at once: watch out for it before it is sent
   * @throws NotRecordedError, UnavailableError, TimeoutError, ClosedError
   */
  send(envelope: Envelope, timeoutMs: number, wait: boolean): Promise<Arrival>;
  /** Verdicts as they come on the topic; see `follow`. */
  follow(
    lifetime: Lifetime,
    filter: VerdictFilter,
    options: FollowOptions & { toEnd?: boolean },
  ): AsyncGenerator<Followed, void, undefined>;
  /** Resolves when the intake was reached. @throws UnavailableError, NotRecordedError */
  ready(timeoutMs: number): Promise<void>;
  /** Sends what was taken, then lets go of the brokers. */
  close(): Promise<void>;
}
