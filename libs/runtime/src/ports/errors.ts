import { TuttiError, type TuttiErrorDetails } from '@tutti/kernel';

/** The stream's end is not where the appender expected it. Nothing was written. */
export class RevisionConflictError extends TuttiError {
  constructor(
    readonly stream: string,
    /** The block's `first`. */
    readonly expected: number,
    /** Revision the next block must begin at. */
    readonly actual: number,
  ) {
    super('revision-conflict', `stream ${stream} goes on at revision ${actual}, the block begins at ${expected}`, {
      where: `${stream}@${expected}`,
      mend: "Read the stream's tail: another writer has appended to it.",
      facts: { stream, expected, actual },
    });
  }
}

/** Why a journal or store cannot be used now. `disk-full` and the like are told apart for operators. */
export type Unavailability = 'unavailable' | 'disk-full' | 'data-read-only' | 'data-corrupt';

/**
 * The journal did not answer, or not well: whether an append was written is not known, and the same block may be
 * appended again. Code `journal-unavailable`, or what an adapter knows better (`disk-full`, `data-read-only`).
 */
export class JournalUnavailableError extends TuttiError {
  constructor(
    message: string,
    details: TuttiErrorDetails = {},
    code: Exclude<Unavailability, 'unavailable'> | 'journal-unavailable' = 'journal-unavailable',
  ) {
    super(code, message, { retryable: code !== 'data-corrupt', ...details });
  }
}

/** The store did not answer, or not well. Code `store-unavailable`, or what an adapter knows better. */
export class StoreUnavailableError extends TuttiError {
  constructor(
    message: string,
    details: TuttiErrorDetails = {},
    code: Exclude<Unavailability, 'unavailable'> | 'store-unavailable' = 'store-unavailable',
  ) {
    super(code, message, { retryable: code !== 'data-corrupt', ...details });
  }
}
