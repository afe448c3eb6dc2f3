import type { WireVerdict } from '@tutti/contracts';
import { canonicalJson, type Json } from '@tutti/kernel';
import type { Caller } from './caller.js';
import type { Decision, DecisionName } from './decision.js';
import { ClosedError, TimeoutError, UnavailableError } from './errors.js';
import { type Envelope, envelopeOf, saidBy } from './event.js';
import type { Reply } from './http.js';
import { notRecorded } from './problem.js';
import { Recent } from './recent.js';
import type { Arrival, Road } from './road.js';
import { nameKey, type Signer } from './signer.js';
import { type Foreseen, type Verdict, verdictFromWire } from './verdict.js';
import { decisionPath, isDuplicate, verdictOfReply } from './wire.js';

/** What this client knows of a decision it sent: its verdict, or that it is durable. */
export type Submission = { verdict: Verdict } | { location: string; arrival?: Arrival };

export interface DeciderOptions {
  participant: string | undefined;
  signer: Signer | undefined;
  timeoutMs: number;
  attemptTimeoutMs: number;
  nowMs: () => number;
  /** The way to the intake; absent: HTTP. */
  road?: Road | undefined;
}

/** A decision's event, and under what it is remembered (empty: it is not, its id is the client's own). */
interface Taken {
  key: string;
  said: string;
  envelope: Envelope;
}

const SUBJECTS_REMEMBERED = 10_000;
const UNANSWERED_REMEMBERED = 10_000;

/** Sends single decisions, each until its verdict is there or its time is over. */
export class Decider {
  readonly #caller: Caller;
  readonly #options: DeciderOptions;
  /** Subject → sequence after the last verdict seen. */
  readonly #sequences = new Recent<string, number>(SUBJECTS_REMEMBERED);
  /** Decisions with an id of their writer whose outcome is unknown: sent again, they go out with the same bytes. */
  readonly #unanswered = new Recent<string, { said: string; envelope: Envelope }>(UNANSWERED_REMEMBERED);

  readonly #underWay = new Set<Promise<unknown>>();

  constructor(caller: Caller, options: DeciderOptions) {
    this.#caller = caller;
    this.#options = options;
  }

  /** Whether decisions go another way than HTTP. */
  get hasRoad(): boolean {
    return this.#options.road !== undefined;
  }

  /** The client has read that a subject is at `sequence`. */
  saw(subject: { id: string; sequence: number } | undefined): void {
    if (subject === undefined || subject.sequence < (this.#sequences.get(subject.id) ?? 0)) return;
    this.#sequences.set(subject.id, subject.sequence);
  }

  /** Resolves when decisions can be signed: the key's id is known. */
  async ready(timeoutMs: number): Promise<void> {
    const { participant, signer } = this.#options;
    if (signer !== undefined && participant !== undefined) await nameKey(signer, participant, this.#caller, timeoutMs);
  }

  /** The event of a decision; without a sequence the decision does not name, where `blind`. */
  envelope(decision: Decision, blind = false): Envelope {
    const { participant, signer, nowMs } = this.#options;
    const basedOn = blind ? undefined : this.#sequences.get(decision.subject);
    return envelopeOf(decision, { participant, signer, basedOn, nowMs: nowMs() });
  }

  decide(decision: Decision, timeoutMs = this.#options.timeoutMs): Promise<Verdict> {
    const endMs = performance.now() + timeoutMs;
    return this.#counted(async () =>
      this.#remembering(await this.#take(decision, timeoutMs), async (envelope) => {
        const submission = await this.#post(envelope, Math.max(1, endMs - performance.now()), true);
        return this.verdictOn(envelope, submission, endMs - performance.now(), timeoutMs);
      }),
    );
  }

  /** Sends an event over the road; for many at once. Resolves with its verdict. */
  decideEnvelope(envelope: Envelope, timeoutMs: number): Promise<Verdict> {
    const endMs = performance.now() + timeoutMs;
    return this.#counted(async () => {
      const submission = await this.#post(envelope, timeoutMs, true);
      return this.verdictOn(envelope, submission, endMs - performance.now(), timeoutMs);
    });
  }

  /**
   * The verdict on what was sent.
   *
   * @throws TimeoutError
   */
  async verdictOn(envelope: Envelope, submission: Submission, leftMs: number, timeoutMs: number): Promise<Verdict> {
    if ('verdict' in submission) return submission.verdict;
    const { arrival, location } = submission;
    if (arrival === undefined || this.#options.road?.readsVerdicts !== true) {
      return this.#firstVerdict(envelope, await this.await(envelope.name, location, leftMs, timeoutMs));
    }
    const found = await arrival.verdict(leftMs);
    if (found === undefined) throw new TimeoutError(envelope.name, timeoutMs);
    const verdict = verdictFromWire(found.wire, found.duplicate, envelope.event);
    this.saw(verdict.subject);
    return verdict;
  }

  /** Resolves when the decision is durable in the intake. */
  publish(decision: Decision): Promise<{ envelope: Envelope; submission: Submission }> {
    const { timeoutMs } = this.#options;
    return this.#counted(async () =>
      this.#remembering(await this.#take(decision, timeoutMs), async (envelope) => ({
        envelope,
        submission: await this.#post(envelope, timeoutMs, false),
      })),
    );
  }

  /** Resolves when nothing is under way any more: what was taken before the client was closed is sent. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
  }

  async #counted<T>(work: () => Promise<T>): Promise<T> {
    if (this.#caller.lifetime.closed) throw new ClosedError();
    const call = work();
    this.#underWay.add(call);
    try {
      return await call;
    } finally {
      this.#underWay.delete(call);
    }
  }

  /**
   * The verdict on a decision that is durable.
   *
   * @throws TimeoutError
   */
  async await(name: DecisionName, location: string, leftMs: number, timeoutMs: number): Promise<Verdict> {
    const endMs = performance.now() + leftMs;
    for (let left = leftMs; left > 0; left = endMs - performance.now()) {
      const waitS = Math.max(1, Math.floor(Math.min(left, this.#options.attemptTimeoutMs) / 1000));
      const reply = await this.#caller.call(
        { method: 'GET', path: location, headers: { prefer: `wait=${waitS}` } },
        { timeoutMs: left, decision: name },
      );
      const verdict = this.#verdictOf(reply);
      if (verdict !== undefined) return verdict;
      if (reply.status >= 400 && reply.status !== 404) throw notRecorded(reply, location);
      await this.#caller.lifetime.sleep(Math.min(100, left));
    }
    throw new TimeoutError(name, timeoutMs);
  }

  async dryRun(decision: Decision): Promise<Foreseen> {
    await this.ready(this.#options.timeoutMs);
    const { json, name } = this.envelope(decision);
    const reply = await this.#caller.call(
      { method: 'POST', path: '/v1/decisions/dry-run', headers: STRUCTURED, body: json },
      { timeoutMs: this.#options.timeoutMs },
    );
    const wire = verdictOfReply(reply);
    if (wire !== undefined) {
      const { position: _, partition: __, revision: ___, ...foreseen } = wire;
      return foreseen as unknown as Foreseen;
    }
    throw notRecorded(reply, `dry run of ${name.type} ${name.subject}`);
  }

  /** The event of a decision: where its outcome is unknown, the same bytes again. */
  async #take(decision: Decision, timeoutMs: number): Promise<Taken> {
    const { id, participant, subject } = decision;
    const said = id === undefined ? '' : saidBy(decision);
    const key = id === undefined ? '' : `${participant ?? ''}\0${subject}\0${id}`;
    const before = key === '' ? undefined : this.#unanswered.get(key);
    await this.ready(timeoutMs);
    return { key, said, envelope: before?.said === said ? before.envelope : this.envelope(decision) };
  }

  /** Does it, and keeps in mind whether its outcome is unknown. */
  async #remembering<T>({ key, said, envelope }: Taken, work: (envelope: Envelope) => Promise<T>): Promise<T> {
    try {
      const done = await work(envelope);
      if (key !== '') this.#unanswered.delete(key);
      return done;
    } catch (error) {
      const isUnknown =
        error instanceof TimeoutError || error instanceof UnavailableError || error instanceof ClosedError;
      if (key !== '' && isUnknown) this.#unanswered.set(key, { said, envelope });
      throw error;
    }
  }

  async #post(envelope: Envelope, timeoutMs: number, wait: boolean): Promise<Submission> {
    const { name, json } = envelope;
    const { road } = this.#options;
    if (road !== undefined) {
      const arrival = await road.send(envelope, timeoutMs, wait);
      const { partition, offset } = arrival.place;
      return { location: `/v1/inputs/${partition}/${offset}`, arrival };
    }
    const waitS = Math.max(1, Math.floor(Math.min(timeoutMs, this.#options.attemptTimeoutMs) / 1000));
    const headers = { ...STRUCTURED, prefer: wait ? `return=minimal, wait=${waitS}` : 'return=minimal' };
    const reply = await this.#caller.call(
      { method: 'POST', path: '/v1/decisions', headers, body: json },
      { timeoutMs, decision: name },
    );
    const verdict = this.#verdictOf(reply, envelope);
    if (verdict !== undefined) return { verdict: await this.#firstVerdict(envelope, verdict) };
    if (reply.status === 202) return { location: reply.headers.get('location') ?? decisionPath(name) };
    throw notRecorded(reply, `${name.type} ${name.subject}`);
  }

  /** The verdict in an answer to a decision. */
  #verdictOf(reply: Reply, envelope?: Envelope): Verdict | undefined {
    const wire = verdictOfReply(reply);
    if (wire === undefined) return undefined;
    const verdict = verdictFromWire(wire, isDuplicate(reply), envelope?.event);
    this.saw(verdict.subject);
    return verdict;
  }

  async #read(name: DecisionName): Promise<WireVerdict | undefined> {
    const request = { method: 'GET', path: decisionPath(name) } as const;
    return verdictOfReply(await this.#caller.call(request, { timeoutMs: this.#options.timeoutMs, decision: name }));
  }

  /**
   * Where a writer gave the same id and content again from another process, only what the client fills in (time,
   * sequence) differs. That is the same decision: its first verdict is the answer.
   */
  async #firstVerdict(envelope: Envelope, verdict: Verdict): Promise<Verdict> {
    if (!envelope.ownId || verdict.accepted || verdict.reasons[0].code !== 'id-conflict') return verdict;
    const first = await this.#read(envelope.name);
    // Where the id's latest verdict is this conflict itself, the first one is out of reach.
    if (first === undefined || first.position === verdict.position) return verdict;
    if (first.reasons?.[0]?.code === 'id-conflict' || !isSame(first.decision, envelope)) return verdict;
    return verdictFromWire(first, true);
  }
}

const STRUCTURED: Record<string, string> = { 'content-type': 'application/cloudevents+json' };

/** Whether a recorded event is that of an envelope, apart from what the client filled in. */
function isSame(recorded: Json, envelope: Envelope): boolean {
  const said = (event: Json): string =>
    typeof event === 'object' && event !== null && !Array.isArray(event)
      ? canonicalJson(Object.fromEntries(Object.entries(event).filter(([name]) => !envelope.filledIn.has(name))))
      : '';
  return said(recorded) === said(envelope.event);
}
