import { DECISION_BYTES_MAX, type DecisionEvent, statusOfVerdict } from '@tutti/contracts';
import { readBatch, readBinary, readStructured } from './read-body.js';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { TuttiError } from '@tutti/kernel';
import type { Access } from '../access/access.js';
import type { Caller } from '../access/caller.js';
import type { DecisionCounts } from '../metrics/decision-counts.js';
import { PROBLEM_JSON, problemOfError, type Refusal, sendRefusal } from '@tutti/service';
import { minimalText, type Told } from './answer-text.js';
import { inputPath } from '../inputs/input-path.js';
import type { Intake, Outcome } from './intake.js';
import { appliedPreferences, type Preferences, preferences } from './prefer.js';
import { isPending, type Pending } from './road.js';
import { problemOfVerdict } from './verdict-answer.js';

/** Bytes of a batch. */
export const BATCH_BYTES_MAX = 8 * 1024 * 1024;
export const BATCH_DECISIONS_MAX = 1000;

const STRUCTURED = 'application/cloudevents+json';
const BATCH = 'application/cloudevents-batch+json';

export interface DecisionRoutesOptions {
  intake: Intake;
  access: Access;
  counts: DecisionCounts;
  /** Whether decisions go through an intake topic. */
  throughTopic: boolean;
  /** True while the server shuts down: nothing more is taken. */
  draining: () => boolean;
}

/**
 * The intake's routes, registered on Fastify itself: a decision passes no pipe, guard, interceptor or request logger,
 * which together would cost more than judging it. Bodies stay bytes until the event is read from them.
 */
export function registerDecisionRoutes(server: FastifyInstance, options: DecisionRoutesOptions): void {
  // A plugin of its own, so that its parsers and its error handler are nobody else's.
  void server.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    const asBytes = (_: FastifyRequest, body: Buffer, done: (error: null, body: Buffer) => void): void =>
      done(null, body);
    scope.addContentTypeParser(BATCH, { parseAs: 'buffer', bodyLimit: BATCH_BYTES_MAX }, asBytes);
    scope.addContentTypeParser(
      ['application/json', STRUCTURED],
      { parseAs: 'buffer', bodyLimit: DECISION_BYTES_MAX },
      asBytes,
    );
    scope.addContentTypeParser(
      /^application\/[\w.+-]+\+json/,
      { parseAs: 'buffer', bodyLimit: DECISION_BYTES_MAX },
      asBytes,
    );
    const routes = new DecisionRoutes(options);
    scope.setErrorHandler((error, request, reply) => routes.refuse(request, reply, error));
    // Before the body is read: who may not decide need not be listened to.
    scope.decorateRequest('caller');
    scope.addHook('onRequest', (request: Admitted, _reply, done) => routes.admit(request, done));
    scope.post('/v1/decisions', (request: Admitted, reply) => routes.decide(request, reply));
    scope.post('/v1/decisions/dry-run', (request: Admitted, reply) => routes.dryRun(request, reply));
  });
}

type Admitted = FastifyRequest & { caller?: Caller };

class DecisionRoutes {
  readonly #options: DecisionRoutesOptions;

  constructor(options: DecisionRoutesOptions) {
    this.#options = options;
  }

  async decide(request: Admitted, reply: FastifyReply): Promise<FastifyReply> {
    const { counts, intake } = this.#options;
    const caller = request.caller!;
    const prefer = preferences(request.headers['prefer']);
    const body = bodyOf(request);
    if (isBatch(request)) return this.#decideAll(body, caller, prefer, reply);
    counts.batch.observe(1);
    const outcome = await intake.decide(readOne(request, body), caller, prefer.waitMs);
    this.#sayWhatWasPreferred(reply, prefer);
    return isPending(outcome) ? sendPending(reply, outcome) : sendVerdict(reply, outcome, prefer);
  }

  async dryRun(request: Admitted, reply: FastifyReply): Promise<FastifyReply> {
    const caller = request.caller!;
    if (isBatch(request)) throw new TuttiError('unsupported-media-type', 'a dry run takes one decision, not a batch');
    const verdict = await this.#options.intake.dryRun(readOne(request, bodyOf(request)), caller);
    return reply.code(200).header('content-type', 'application/json').send(JSON.stringify(verdict));
  }

  refuse(request: FastifyRequest, reply: FastifyReply, error: unknown): void {
    const refusal = problemOfError(error);
    this.#options.counts.refusedWith(refusal.problem.code);
    sendRefusal(request, reply, refusal);
  }

  /** Lets a request in, or not; tells `done`. */
  admit(request: Admitted, done: (error?: Error) => void): void {
    try {
      const caller = this.#callerOf(request);
      if (!(caller instanceof Promise)) {
        request.caller = caller;
        done();
        return;
      }
      caller.then((proven) => {
        request.caller = proven;
        done();
      }, done);
    } catch (error) {
      done(error as Error);
    }
  }

  #callerOf(request: Admitted): Caller | Promise<Caller> {
    const encoding = request.headers['content-encoding'];
    if (encoding !== undefined && encoding !== 'identity') {
      throw new TuttiError('unsupported-media-type', `decisions are not read in the encoding ${encoding}`, {
        mend: 'send them as they are',
      });
    }
    if (this.#options.draining()) {
      throw new TuttiError('unavailable', 'the backbone is shutting down', { retryable: true });
    }
    return this.#options.access.identify(request.headers.authorization);
  }

  async #decideAll(body: Buffer, caller: Caller, prefer: Preferences, reply: FastifyReply): Promise<FastifyReply> {
    const { counts, intake } = this.#options;
    const events = readBatch(body, BATCH_DECISIONS_MAX);
    counts.batch.observe(events.length);
    const outcomes = await intake.decideAll(events, caller, prefer.waitMs);
    const refusals = outcomes.filter((outcome) => 'problem' in outcome);
    for (const { problem, fault } of refusals) {
      counts.refusedWith(problem.code);
      if (fault !== undefined) reply.log.error({ err: fault, incident: problem['incident'] }, 'internal');
    }
    // Where all of it failed for one reason that is not about a decision, the request failed.
    const [first] = refusals;
    if (
      first !== undefined &&
      refusals.length === outcomes.length &&
      refusals.every((one) => isSameFailure(one, first))
    ) {
      sendRefusal(reply.request, reply, { ...first, fault: undefined });
      return reply;
    }
    this.#sayWhatWasPreferred(reply, prefer);
    // Those that are over their quota stand in the answer; when they may come again is said once.
    const retryAfterS = Math.max(0, ...refusals.map((one) => one.retryAfterS ?? 0));
    if (retryAfterS > 0) void reply.header('retry-after', String(retryAfterS));
    return reply
      .code(outcomes.some((one) => isPending(one)) ? 202 : 200)
      .header('content-type', 'application/json')
      .send(`[${outcomes.map((one) => itemJson(one, prefer)).join(',')}]`);
  }

  /** Only where a wait is the request's choice: on one machine every answer has its verdict. */
  #sayWhatWasPreferred(reply: FastifyReply, prefer: Preferences): void {
    const applied = this.#options.throughTopic ? appliedPreferences(prefer) : undefined;
    if (applied !== undefined) void reply.header('preference-applied', applied);
  }
}

const REQUEST_FAILURES = new Set([
  'overloaded',
  'quota-exceeded',
  'unavailable',
  'internal',
  'unauthenticated',
  'forbidden',
]);

function isSameFailure({ problem }: Refusal, first: Refusal): boolean {
  return problem.code === first.problem.code && REQUEST_FAILURES.has(problem.code);
}

function sendVerdict(reply: FastifyReply, told: Told, prefer: Preferences): FastifyReply {
  const { accepted, position, answer } = told;
  void reply.header('tutti-position', position);
  if (answer.duplicate) void reply.header('tutti-duplicate', 'true');
  if (accepted) return reply.code(201).header('content-type', 'application/json').send(verdictJson(told, prefer));
  const { verdict } = answer;
  const { decision: _, ...rest } = verdict;
  return reply
    .code(statusOfVerdict(verdict))
    .header('content-type', PROBLEM_JSON)
    .send(JSON.stringify(problemOfVerdict(verdict, prefer.minimal ? rest : verdict)));
}

function verdictJson(told: Told, prefer: Preferences): string {
  return prefer.minimal ? minimalText(told) : told.text;
}

/** Durable, not judged yet as far as the request has waited. */
function sendPending(reply: FastifyReply, { place }: Pending): FastifyReply {
  return reply
    .code(202)
    .header('location', inputPath(place))
    .header('content-type', 'application/json')
    .send(JSON.stringify({ input: place }));
}

/** An item of a batch's answer has no headers: that it is a duplicate stands in it. */
function itemJson(outcome: Outcome, prefer: Preferences): string {
  if ('problem' in outcome) return JSON.stringify(outcome.problem);
  if (isPending(outcome)) return JSON.stringify({ input: outcome.place });
  const json = verdictJson(outcome, prefer);
  return outcome.answer.duplicate ? `${json.slice(0, -1)},"duplicate":true}` : json;
}

function mediaType(request: FastifyRequest): string {
  const header = request.headers['content-type'] ?? '';
  const end = header.indexOf(';');
  return (end === -1 ? header : header.slice(0, end)).trim().toLowerCase();
}

function isBatch(request: FastifyRequest): boolean {
  return mediaType(request) === BATCH;
}

function bodyOf(request: FastifyRequest): Buffer {
  return Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
}

/** Binary mode where the attributes are headers, structured mode where they are in the body. */
function readOne(request: FastifyRequest, body: Buffer): DecisionEvent {
  if (mediaType(request) !== STRUCTURED && request.headers['ce-specversion'] !== undefined) {
    return readBinary(request.raw.headersDistinct, body);
  }
  return readStructured(body);
}
