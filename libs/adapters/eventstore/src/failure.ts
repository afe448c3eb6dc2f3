import {
  AccessDeniedError,
  ErrorType,
  MaxAppendSizeExceededError,
  NotLeaderError,
  StreamDeletedError,
} from '@eventstore/db-client';
import { TuttiError } from '@tutti/kernel';
import { corrupt, JournalUnavailableError } from '@tutti/runtime/journal';

/** The server did not answer in time. Whether it has done what was asked is not known. */
export class CallTimedOut extends Error {
  constructor(readonly timeoutMs: number) {
    super(`no answer within ${timeoutMs} ms`);
  }
}

/** Kinds of errors that say that a server has looked at the call and answered. */
const ANSWERS: ReadonlySet<unknown> = new Set([
  ErrorType.ACCESS_DENIED,
  ErrorType.INVALID_ARGUMENT,
  ErrorType.MAXIMUM_APPEND_SIZE_EXCEEDED,
  ErrorType.NO_STREAM,
  ErrorType.NOT_LEADER,
  ErrorType.STREAM_DELETED,
  ErrorType.STREAM_NOT_FOUND,
  ErrorType.WRONG_EXPECTED_VERSION,
]);

/** Whether another connection might do better. */
export function isConnectionFailure(error: unknown): boolean {
  if (error instanceof TuttiError) return false;
  return !(error instanceof Error && 'type' in error && ANSWERS.has(error.type));
}

/** An error of the client or of ours in the journal's terms. `servers` is where. */
export function asJournalError(servers: string, stream: string, error: unknown): TuttiError {
  if (error instanceof TuttiError) return error;
  const details = { where: servers, cause: error };
  if (error instanceof StreamDeletedError) return corrupt(stream, 0, 'the stream was deleted on the server', error);
  if (error instanceof AccessDeniedError) {
    return new JournalUnavailableError(`EventStoreDB denies access to stream ${stream}`, {
      ...details,
      mend: 'Give the user in the journal’s URL the right to read and write our streams.',
    });
  }
  if (error instanceof MaxAppendSizeExceededError) {
    return new JournalUnavailableError(`EventStoreDB takes no more than ${error.maxAppendSize} bytes an append`, {
      ...details,
      mend: 'Set MaxAppendSize of the server to 1048576 or more.',
      facts: { bytesMax: error.maxAppendSize ?? null },
    });
  }
  if (error instanceof NotLeaderError) {
    return new JournalUnavailableError('EventStoreDB’s leader has changed', details);
  }
  const reason = error instanceof Error ? error.message : String(error);
  return new JournalUnavailableError(`EventStoreDB does not answer: ${reason}`, details);
}
