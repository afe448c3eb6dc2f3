import { backOffMs } from './back-off.js';
import type { DecisionName } from './decision.js';
import { ClosedError, TimeoutError, UnavailableError } from './errors.js';
import { type Http, type HttpRequest, NoAnswer, type Reply } from './http.js';
import type { Lifetime } from './lifetime.js';
import { notRecorded, problemOf } from './problem.js';

/** Answers 500 to one call after which it is not made again: what breaks the backbone thrice will the fourth time. */
const FAULTS_MOST = 3;

/** What the client knows about its backbone from the calls it made. */
export interface Contact {
  /** True once an answer came, false again after a call that got none. */
  connected: boolean;
  /** Time of the last answer, milliseconds since 1970; 0 before the first. */
  lastAnswerAtMs: number;
  lastError: Error | undefined;
}

export interface CallOptions {
  /** Attempts are made until then. */
  timeoutMs: number;
  /** The decision a request carries: a timeout is then a `TimeoutError` unless it surely was not recorded. */
  decision?: DecisionName;
  /** Makes the error of a request that is not to be sent again once it may have been taken. */
  once?: (cause: Error) => Error;
}

/** Makes a call until it is answered, or its time is over. Repeats only what the same request may repeat. */
export class Caller {
  readonly http: Http;
  readonly lifetime: Lifetime;
  readonly contact: Contact = { connected: false, lastAnswerAtMs: 0, lastError: undefined };
  /** How long one attempt may take. */
  readonly attemptTimeoutMs: number;

  constructor(http: Http, lifetime: Lifetime, attemptTimeoutMs: number) {
    this.http = http;
    this.lifetime = lifetime;
    this.attemptTimeoutMs = attemptTimeoutMs;
  }

  /**
   * The answer, whatever its status below 500, 429 not among them: those are tried again with back-off.
   *
   * @throws NotRecordedError `overloaded`, UnavailableError, TimeoutError, ClosedError
   */
  async call(request: HttpRequest, options: CallOptions): Promise<Reply> {
    if (this.lifetime.closed) throw new ClosedError();
    if (!this.http.isThere) throw noHttp(request.path);
    const { timeoutMs, decision } = options;
    const endMs = performance.now() + timeoutMs;
    /** Whether an attempt got no answer although it may have been taken. */
    let unknown = false;
    let faults = 0;
    for (let attempt = 1; ; attempt++) {
      const outcome = await this.#attempt(request, endMs - performance.now());
      if (outcome instanceof NoAnswer) unknown ||= !outcome.notSent;
      else if (outcome.status < 500 && outcome.status !== 429) return outcome;
      else unknown ||= outcome.status !== 429 && outcome.status !== 503;

      if (unknown && options.once !== undefined) throw options.once(causeOf(outcome));

      const waitMs = backOffMs(attempt, outcome instanceof NoAnswer ? 0 : outcome.retryAfterMs);
      if (!(outcome instanceof NoAnswer) && outcome.status === 500) faults++;
      const isOver = performance.now() + waitMs >= endMs || faults === FAULTS_MOST;
      if (isOver) throw this.#gaveUp(outcome, timeoutMs, unknown ? decision : undefined);
      await this.lifetime.sleep(waitMs);
      if (this.lifetime.closed) throw new ClosedError(unknown ? decision : undefined);
    }
  }

  /** One attempt to hear that the backbone is ready. @throws UnavailableError, ClosedError */
  async ping(timeoutMs: number): Promise<void> {
    if (this.lifetime.closed) throw new ClosedError();
    const outcome = await this.#attempt({ method: 'GET', path: '/health/ready' }, timeoutMs);
    if (outcome instanceof NoAnswer || outcome.status !== 200) throw this.#gaveUp(outcome, timeoutMs, undefined);
  }

  async #attempt(request: HttpRequest, leftMs: number): Promise<Reply | NoAnswer> {
    try {
      const reply = await this.http.request(request, Math.max(1, Math.min(leftMs, this.attemptTimeoutMs)));
      this.contact.connected = true;
      this.contact.lastAnswerAtMs = Date.now();
      return reply;
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      this.contact.connected = false;
      this.contact.lastError = error;
      return error;
    }
  }

  #gaveUp(outcome: Reply | NoAnswer, timeoutMs: number, decision: DecisionName | undefined): Error {
    if (outcome instanceof NoAnswer) {
      if (decision !== undefined) return new TimeoutError(decision, timeoutMs, outcome);
      return new UnavailableError(`${this.http.url} was not reached within ${timeoutMs} ms: ${outcome.message}`, {
        where: this.http.url,
        mend: 'start the backbone (tutti start), or give `connect` its url; the same id may be sent again',
        cause: outcome,
      });
    }
    const problem = problemOf(outcome);
    const cause = causeOf(outcome);
    if (decision !== undefined) return new TimeoutError(decision, timeoutMs, cause);
    if (outcome.status === 429) return notRecorded(outcome, this.http.url);
    return new UnavailableError(`${this.http.url} answered ${problem.code} for ${timeoutMs} ms: ${cause.message}`, {
      where: this.http.url,
      mend: 'wait until it is ready again (tutti status); the same id may be sent again',
      cause,
      ...(outcome.retryAfterMs === undefined ? {} : { retryAfterMs: outcome.retryAfterMs }),
    });
  }
}

function noHttp(where: string): UnavailableError {
  return new UnavailableError('this is asked for over HTTP, and this client has no url', {
    where,
    mend: 'give `connect` a url beside `kafka`',
  });
}

function causeOf(outcome: Reply | NoAnswer): Error {
  if (outcome instanceof NoAnswer) return outcome;
  const { detail, title } = problemOf(outcome);
  return new Error(detail ?? title ?? `answered ${outcome.status}`);
}
