import type { Json } from './json.js';

/** What a {@link TuttiError} says besides its code: where it happened, how to mend it, and typed facts. */
export interface TuttiErrorDetails {
  /** Whether the same call may succeed later without a change by the caller. */
  retryable?: boolean;
  /** Where: a file and line, a path, a URL, a stream and revision. */
  where?: string;
  /** How to mend it, as one imperative sentence. */
  mend?: string;
  /** Facts a program may read. */
  facts?: Record<string, Json>;
  cause?: unknown;
}

/**
 * An operating error with a literal code that never changes; every code has a page (`tutti help CODE`).
 * A participant's mistake is a rejected verdict, never a `TuttiError`.
 */
export class TuttiError extends Error {
  readonly code: string;
  readonly retryable: boolean;
  readonly where: string | undefined;
  readonly mend: string | undefined;
  readonly facts: Record<string, Json>;

  constructor(code: string, message: string, details: TuttiErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.code = code;
    this.retryable = details.retryable ?? false;
    this.where = details.where;
    this.mend = details.mend;
    this.facts = details.facts ?? {};
  }
}
