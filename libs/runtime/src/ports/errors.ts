import { TuttiError, type TuttiErrorDetails } from '@tutti/kernel';

/** The stream's end is not where the appender expected it. Nothing was written. Code `revision-conflict`. */
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

/** What an adapter may know about why it cannot write now. */
export type WriteFault = 'disk-full' | 'data-read-only';

/**
 * The journal did not answer, or not well: whether an append was written is not known, and the same block may be
 * appended again. Code `journal-unavailable`, or the fault where the adapter knows it. Retryable.
 */
export class JournalUnavailableError extends TuttiError {
  constructor(
    message: string,
    details: TuttiErrorDetails = {},
    code: WriteFault | 'journal-unavailable' = 'journal-unavailable',
  ) {
    super(code, message, { retryable: true, ...details });
  }
}

/** The store did not answer, or not well. Code `store-unavailable`, or the fault where the adapter knows it. Retryable. */
export class StoreUnavailableError extends TuttiError {
  constructor(
    message: string,
    details: TuttiErrorDetails = {},
    code: WriteFault | 'store-unavailable' = 'store-unavailable',
  ) {
    super(code, message, { retryable: true, ...details });
  }
}
