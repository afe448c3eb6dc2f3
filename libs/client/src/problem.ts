import type { Json } from '@tutti/kernel';
import { NotRecordedError } from './errors.js';
import type { Reply } from './http.js';

/** An answer that is no verdict: RFC 9457 with a literal code. */
export interface Problem {
  code: string;
  title?: string;
  status: number;
  detail?: string;
  /** True where it stands for a recorded verdict. */
  recorded?: boolean;
  retryable?: boolean;
  [extension: string]: Json | undefined;
}

/** The problem in an answer; made up from the status where a proxy answered without one. */
export function problemOf(reply: Reply): Problem {
  const { body, status } = reply;
  if (typeof body === 'object' && body !== null && !Array.isArray(body) && typeof body['code'] === 'string') {
    return { ...body, code: body['code'], status };
  }
  return { code: codeOfStatus(status), status };
}

/** The error of an answer that says nothing was recorded. */
export function notRecorded(reply: Reply, where: string): NotRecordedError {
  const problem = problemOf(reply);
  const message = problem.detail ?? problem.title ?? `answered ${reply.status}`;
  return new NotRecordedError(problem.code, message, {
    where,
    problem,
    ...(typeof problem['mend'] === 'string' ? { mend: problem['mend'] } : mendOf(problem.code)),
    ...(reply.retryAfterMs === undefined ? {} : { retryAfterMs: reply.retryAfterMs }),
  });
}

function codeOfStatus(status: number): string {
  switch (status) {
    case 401:
      return 'unauthenticated';
    case 403:
      return 'forbidden';
    case 404:
      return 'not-found';
    case 410:
      return 'gone';
    case 412:
      return 'revision-mismatch';
    case 413:
      return 'too-large';
    case 429:
      return 'overloaded';
    case 502:
    case 503:
      return 'unavailable';
    case 504:
      return 'verdict-pending';
    default:
      return status >= 500 ? 'internal' : 'malformed';
  }
}

function mendOf(code: string): { mend?: string } {
  switch (code) {
    case 'unauthenticated':
      return { mend: 'give `connect` the token or key of this participant' };
    case 'forbidden':
      return { mend: 'ask an operator for the scope, or for the role' };
    case 'overloaded':
    case 'quota-exceeded':
      return { mend: 'wait `retryAfterMs`, then send the same id again' };
    case 'gone':
      return { mend: 'start without the cursor; what lies between is in the journal' };
    default:
      return {};
  }
}
