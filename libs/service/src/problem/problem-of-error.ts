import { randomUUID } from 'node:crypto';
import { HttpException } from '@nestjs/common';
import { TuttiError } from '@tutti/kernel';
import type { Problem, ProblemError } from './problem.js';
import { isTransportCode, TRANSPORT_CODES, type TransportCode } from './transport-codes.js';

/** A problem, and what belongs into the log because callers must not see it. */
export interface Refusal {
  problem: Problem;
  /** Seconds after which to try again. */
  retryAfterS?: number;
  /** Set where the fault is ours: log it under `problem.incident`. */
  fault?: unknown;
}

/**
 * The problem that answers an error thrown while a request was served. An error that nobody foresaw becomes `internal`
 * with an incident id and nothing else: no message, no stack.
 */
export function problemOfError(error: unknown): Refusal {
  if (error instanceof TuttiError) return ofTuttiError(error);
  if (error instanceof HttpException) return ofHealth(error) ?? ofStatus(error.getStatus(), error.message, error);
  if (isFastifyError(error)) {
    const known = FASTIFY_ERRORS[error.code];
    if (known !== undefined) return refusal(known[0], known[1], {});
    return ofStatus(error.statusCode, error.message, error);
  }
  return incident(error);
}

/** A problem made by hand. */
export function problem(code: TransportCode, detail: string, extensions: Partial<Problem> = {}): Problem {
  const { status, title, retryable, mend } = TRANSPORT_CODES[code];
  const type = `urn:tutti:error:${code}`;
  return { type, code, title, status, detail, recorded: false, retryable, mend, ...extensions };
}

function refusal(code: TransportCode, detail: string, extensions: Partial<Problem>): Refusal {
  const made = { problem: problem(code, detail, extensions) };
  return code === 'overloaded' || code === 'quota-exceeded' || code === 'unavailable'
    ? { ...made, retryAfterS: 1 }
    : made;
}

/** Facts that are members of the problem itself rather than under `facts`. */
const ERRORS_FACTS = ['errors', 'problems', 'differences'] as const;

function ofTuttiError(error: TuttiError): Refusal {
  // `unavailable` with a more precise code of the journal or the store is `unavailable` to callers.
  const code = isTransportCode(error.code) ? error.code : error.retryable ? 'unavailable' : undefined;
  if (code === undefined) return incident(error);
  if (code === 'internal') return incident(error);
  const extensions: Partial<Problem> = {};
  if (error.mend !== undefined) extensions.mend = error.mend;
  // Where something of ours is away is a path on this machine: the log's business.
  if (error.where !== undefined && code !== 'unavailable') extensions['where'] = error.where;
  const { retryAfterMs, ...facts } = error.facts;
  for (const name of ERRORS_FACTS) {
    if (Array.isArray(facts[name])) {
      extensions.errors = facts[name] as unknown as ProblemError[];
      delete facts[name];
    }
  }
  if (error.code !== code) extensions['cause'] = error.code;
  if (Object.keys(facts).length > 0) extensions['facts'] = facts;
  const made = refusal(code, error.message, extensions);
  if (typeof retryAfterMs === 'number') made.retryAfterS = Math.max(1, Math.ceil(retryAfterMs / 1000));
  return made;
}

/** A failed health check (terminus): the problem names what is away and keeps the details. */
function ofHealth(error: HttpException): Refusal | undefined {
  const response = error.getResponse();
  if (error.getStatus() !== 503 || typeof response !== 'object' || !('details' in response)) return undefined;
  const { details } = response as {
    details: Record<string, { status: string; problems?: { code: string; detail: string }[] }>;
  };
  const errors = Object.values(details).flatMap(({ problems = [] }) =>
    problems.map(({ code, detail }) => ({ code, message: detail })),
  );
  const named = errors.map(({ message }) => message).join('; ');
  return refusal('unavailable', named === '' ? 'the backbone is not ready yet' : named, { errors, details });
}

function ofStatus(status: number, message: string, error: unknown): Refusal {
  switch (status) {
    case 401:
      return refusal('unauthenticated', message, {});
    case 403:
      return refusal('forbidden', message, {});
    case 404:
      return refusal('not-found', message, {});
    case 405:
      return refusal('method-not-allowed', message, {});
    case 413:
      return refusal('too-large', message, {});
    case 415:
      return refusal('unsupported-media-type', message, {});
    case 429:
      return refusal('overloaded', message, {});
    case 503:
      return refusal('unavailable', message, {});
    default:
      return status >= 400 && status < 500 ? refusal('malformed', message, {}) : incident(error);
  }
}

function incident(fault: unknown): Refusal {
  const id = randomUUID();
  return {
    problem: problem('internal', `this is our fault; the log names its cause under incident ${id}`, { incident: id }),
    fault,
  };
}

interface FastifyError extends Error {
  code: string;
  statusCode: number;
}

function isFastifyError(error: unknown): error is FastifyError {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number';
}

const FASTIFY_ERRORS: Record<string, readonly [TransportCode, string] | undefined> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ['too-large', 'the body is larger than this path reads'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['unsupported-media-type', 'this path does not read this content type'],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['malformed', 'the body is empty'],
  FST_ERR_CTP_INVALID_JSON_BODY: ['malformed', 'the body is no JSON'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['malformed', 'the body is shorter or longer than its Content-Length says'],
  FST_ERR_BAD_URL: ['malformed', 'the path is no valid percent-encoded URL'],
  FST_ERR_MAX_PARAM_LENGTH: ['not-found', 'a part of the path is longer than any id'],
};
