import { TuttiError } from '@tutti/kernel';
import type { DecisionName } from './decision.js';
import type { Problem } from './problem.js';

export { TuttiError } from '@tutti/kernel';

/** Codes of requests that were refused before anything was recorded. Others may be added. */
export type NotRecordedCode =
  | 'unauthenticated'
  | 'forbidden'
  | 'malformed'
  | 'too-large'
  | 'overloaded'
  | 'quota-exceeded'
  | 'not-found'
  | 'revision-mismatch'
  | 'model-invalid'
  | 'incompatible'
  | 'gone'
  | (string & {});

/** The request was refused and nothing was recorded. Mend it, or, where `retryable`, wait `retryAfterMs`. */
export class NotRecordedError extends TuttiError {
  declare readonly code: NotRecordedCode;
  /** How long the backbone asks to wait, milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** The answer in full (RFC 9457), with what the code adds to it. */
  readonly problem: Problem | undefined;

  constructor(
    code: NotRecordedCode,
    message: string,
    details: { where?: string; mend?: string; retryAfterMs?: number; problem?: Problem; cause?: unknown } = {},
  ) {
    const { retryAfterMs, problem, ...rest } = details;
    super(code, message, { ...rest, retryable: code === 'overloaded' || code === 'quota-exceeded' });
    this.retryAfterMs = retryAfterMs;
    this.problem = problem;
  }
}

/** The backbone was not reached, although the client tried until the timeout. The same id may be sent again. */
export class UnavailableError extends TuttiError {
  declare readonly code: 'unavailable';
  readonly retryAfterMs: number | undefined;

  constructor(
    message: string,
    details: { where?: string; mend?: string; retryAfterMs?: number; cause?: unknown } = {},
  ) {
    const { retryAfterMs, ...rest } = details;
    super('unavailable', message, { ...rest, retryable: true });
    this.retryAfterMs = retryAfterMs;
  }
}

/** The decision may be durable, its verdict was not seen. Ask for it, or send the same decision again. */
export class TimeoutError extends TuttiError {
  declare readonly code: 'verdict-pending';
  readonly decision: DecisionName;

  constructor(decision: DecisionName, timeoutMs: number, cause?: unknown) {
    super('verdict-pending', `no verdict on ${decision.type} ${decision.subject} within ${timeoutMs} ms`, {
      where: `decision ${decision.id} of ${decision.source}`,
      mend: 'ask for the verdict of this id later, or send the same decision with the same id again',
      facts: { ...decision },
      retryable: true,
      cause,
    });
    this.decision = decision;
  }
}

/** `close()` was called. Where `decision` is set, it had been sent and its outcome is unknown. */
export class ClosedError extends TuttiError {
  declare readonly code: 'closed';
  readonly decision: DecisionName | undefined;

  constructor(decision?: DecisionName) {
    super('closed', 'this client is closed', {
      mend: 'connect again',
      facts: decision === undefined ? {} : { ...decision },
    });
    this.decision = decision;
  }
}
