import type { Caller, Contact } from './caller.js';
import { decideMany, type Decided, type DecideManyOptions } from './decide-many.js';
import type { Decider } from './decider.js';
import type { Decision, DecisionName, DecisionOf } from './decision.js';
import { ClosedError } from './errors.js';
import { type Follow, follow, type VerdictFilter } from './follow.js';
import type { AnyModel, DecisionType, ModelTypes, PolicyName, SubjectTypeOf, VerdictType } from './model-types.js';
import type { Policy, PolicySnapshot } from './policy.js';
import { Lifetime } from './lifetime.js';
import { type CurrentSubject, type NextStep, Reader } from './reader.js';
import type { IntakePlace, Road } from './road.js';
import { CursorFile, CursorKeeper, type CursorStore } from './cursor.js';
import { type OnVerdictOptions, type Subscription, VerdictSubscription } from './subscription.js';
import type { Foreseen, Verdict, VerdictOn } from './verdict.js';

/** A decision that is durable in the intake. */
export interface Sent<M extends ModelTypes = AnyModel, S extends string = string> {
  decision: DecisionName;
  /** Where it lies in the intake topic; over Kafka only. */
  place?: IntakePlace;
  /**
   * Resolves with its verdict.
   *
   * @throws TimeoutError, UnavailableError, ClosedError
   */
  verdict(options?: { timeoutMs?: number }): Promise<Verdict<M, S>>;
}

/** What a client is made of; `connect` puts it together. */
export interface TuttiParts {
  caller: Caller;
  decider: Decider;
  policies: PolicySnapshot;
  participant: string | undefined;
  timeoutMs: number;
  /** The way to the intake; absent: HTTP. */
  road?: Road | undefined;
}

/**
 * A participant's client. A rejection is a value; an exception means that the outcome is unknown or that nothing was
 * sent (see the classes in `errors`). Every call may throw `ClosedError` after `close()`.
 */
export class Tutti<M extends ModelTypes = AnyModel> {
  readonly participant: string | undefined;
  readonly #caller: Caller;
  readonly #decider: Decider;
  readonly #policies: PolicySnapshot;
  readonly #reader: Reader;
  readonly #timeoutMs: number;
  readonly #road: Road | undefined;
  readonly #subscriptions = new Set<Subscription>();

  /** Use {@link connect}. */
  constructor(parts: TuttiParts) {
    this.participant = parts.participant;
    this.#caller = parts.caller;
    this.#decider = parts.decider;
    this.#policies = parts.policies;
    this.#timeoutMs = parts.timeoutMs;
    this.#road = parts.road;
    this.#reader = new Reader(parts.caller, parts.timeoutMs);
  }

  /** What the calls made so far say about the backbone. */
  get contact(): Readonly<Contact> {
    return { ...this.#caller.contact };
  }

  /**
   * Resolves when the backbone has answered and the policies are there; over Kafka, when the brokers have as well.
   *
   * @throws UnavailableError
   */
  async ready(options: { timeoutMs?: number } = {}): Promise<void> {
    const timeoutMs = options.timeoutMs ?? this.#timeoutMs;
    await this.#road?.ready(timeoutMs);
    if (this.#caller.http.isThere) await this.#policies.ready(timeoutMs);
  }

  /**
   * Asks the backbone, once, whether it is ready to judge; without a url, whether the brokers are there.
   *
   * @throws UnavailableError where it is not, or is not reached
   */
  async ping(options: { timeoutMs?: number } = {}): Promise<void> {
    const timeoutMs = options.timeoutMs ?? this.#timeoutMs;
    if (this.#caller.http.isThere || this.#road === undefined) await this.#caller.ping(timeoutMs);
    else await this.#road.ready(timeoutMs);
  }

  /**
   * Sends a decision and resolves with its verdict. The same bytes are sent again until there is one.
   *
   * @throws NotRecordedError, UnavailableError, TimeoutError
   */
  async decide<T extends DecisionType<M>>(
    decision: DecisionOf<M, T>,
    options: { timeoutMs?: number } = {},
  ): Promise<VerdictOn<M, T>> {
    const verdict = await this.#decider.decide(decision as Decision, options.timeoutMs);
    this.#policies.sawModel(verdict.model);
    return verdict as VerdictOn<M, T>;
  }

  /**
   * Sends a decision and resolves when it is durable.
   *
   * @throws NotRecordedError, UnavailableError, TimeoutError
   */
  async publish<T extends DecisionType<M>>(decision: DecisionOf<M, T>): Promise<Sent<M, SubjectTypeOf<T>>> {
    const { envelope, submission } = await this.#decider.publish(decision as Decision);
    const arrival = 'arrival' in submission ? submission.arrival : undefined;
    return {
      decision: envelope.name,
      ...(arrival === undefined ? {} : { place: arrival.place }),
      verdict: async ({ timeoutMs = this.#timeoutMs } = {}) => {
        const verdict = await this.#decider.verdictOn(envelope, submission, timeoutMs, timeoutMs);
        this.#policies.sawModel(verdict.model);
        return verdict as VerdictOn<M, T>;
      },
    };
  }

  /**
   * Sends many decisions in batches; gives each with its verdict, in the order given. See {@link DecideManyOptions}.
   *
   * @throws NotRecordedError, UnavailableError, TimeoutError at the first that has no answer
   */
  decideMany(
    decisions: Iterable<Decision<M>> | AsyncIterable<Decision<M>>,
    options: DecideManyOptions = {},
  ): AsyncGenerator<Decided<M>, void, undefined> {
    const given = decisions as Iterable<Decision> | AsyncIterable<Decision>;
    return decideMany(this.#caller, this.#decider, given, { timeoutMs: this.#timeoutMs, ...options }) as AsyncGenerator<
      Decided<M>,
      void,
      undefined
    >;
  }

  /**
   * The verdict a decision would get now; nothing is recorded.
   *
   * @throws NotRecordedError, UnavailableError
   */
  async dryRun<T extends DecisionType<M>>(decision: DecisionOf<M, T>): Promise<Foreseen<M, SubjectTypeOf<T>>> {
    return (await this.#decider.dryRun(decision as Decision)) as Foreseen<M, SubjectTypeOf<T>>;
  }

  /**
   * The verdict on a decision sent before; `undefined` where none is on record.
   *
   * @param options `subject` where the id was used for several; `participant` for somebody else's
   * @throws NotRecordedError, UnavailableError
   */
  async verdict(id: string, options: { subject?: string; participant?: string } = {}): Promise<Verdict<M> | undefined> {
    const verdict = await this.#reader.verdict(id, options.participant ?? this.participant, options.subject);
    this.#decider.saw(verdict?.subject);
    return verdict as Verdict<M> | undefined;
  }

  /**
   * Verdicts on record, in order of recorded time, up to now. Begins at the first where `since` does not say.
   *
   * @throws NotRecordedError, UnavailableError
   */
  verdicts<T extends VerdictType<M>>(
    filter: VerdictFilter<M, T> = {},
  ): AsyncGenerator<VerdictOn<M, T>, void, undefined> {
    const { participant } = this;
    const read =
      this.#road?.readsVerdicts === true
        ? this.#onTopic(this.#road, filter as VerdictFilter)
        : this.#reader.verdicts(filter as VerdictFilter, participant);
    return read as AsyncGenerator<VerdictOn<M, T>, void, undefined>;
  }

  /**
   * A subject as it is now; `undefined` where no decision was ever made on it.
   *
   * @throws NotRecordedError, UnavailableError
   */
  async subject<S extends keyof M['subjects'] & string>(id: string): Promise<CurrentSubject<M, S> | undefined> {
    const subject = await this.#reader.subject(id);
    this.#decider.saw(subject);
    return subject as CurrentSubject<M, S> | undefined;
  }

  /**
   * The verdicts on a subject, oldest first.
   *
   * @throws NotRecordedError, UnavailableError
   */
  history(id: string): AsyncGenerator<Verdict<M>, void, undefined> {
    return this.#reader.history(id) as AsyncGenerator<Verdict<M>, void, undefined>;
  }

  /**
   * Who may do what with a subject now.
   *
   * @throws NotRecordedError, UnavailableError
   */
  next(id: string): Promise<NextStep[]> {
    return this.#reader.next(id);
  }

  /** A policy as last read, synchronously. @throws UnavailableError before `ready()`, TuttiError `not-found` */
  policy<P extends PolicyName<M>>(name: P): Policy<M['policies'][P]> {
    return this.#policies.one<M, P>(name);
  }

  /** All policies as last read, synchronously. @throws UnavailableError before `ready()` */
  get policies(): readonly Policy[] {
    return [...this.#policies.all().values()];
  }

  /**
   * Calls a handler for every verdict that passes the filter: one at a time, in order within a subject, each at least
   * once where `resume` keeps the place. The subscription ends with the client.
   */
  onVerdict<T extends VerdictType<M>>(
    filter: VerdictFilter<M, T>,
    handler: (verdict: VerdictOn<M, T>) => unknown,
    options: OnVerdictOptions = {},
  ): Subscription {
    if (this.#caller.lifetime.closed) throw new ClosedError();
    const subscription = new VerdictSubscription(
      this.#caller,
      this.#follow,
      this.participant,
      filter as VerdictFilter,
      (verdict) => {
        this.#decider.saw(verdict.subject);
        return handler(verdict as VerdictOn<M, T>);
      },
      options,
    );
    this.#subscriptions.add(subscription);
    void subscription.done.catch(() => {}).finally(() => this.#subscriptions.delete(subscription));
    return subscription;
  }

  /**
   * Verdicts as they are recorded, until the loop is left. With `resume`, a verdict counts as done when the next one is
   * asked for.
   *
   * @throws NotRecordedError `gone`, `malformed`, `unauthenticated`, `forbidden`
   */
  async *tail<T extends VerdictType<M>>(
    filter: VerdictFilter<M, T> = {},
    options: { resume?: string | CursorStore } = {},
  ): AsyncGenerator<VerdictOn<M, T>, void, undefined> {
    if (this.#caller.lifetime.closed) throw new ClosedError();
    const store = typeof options.resume === 'string' ? new CursorFile(options.resume) : options.resume;
    let failed: { error: unknown } | undefined;
    const keeper = store && new CursorKeeper(store, (error) => (failed = { error }));
    const lifetime = new Lifetime();
    const forget = this.#caller.lifetime.onClose(() => lifetime.close());
    try {
      const following = { from: await store?.load(), participant: this.participant };
      for await (const { verdict, cursor } of this.#follow(lifetime, filter as VerdictFilter, following)) {
        if (verdict !== undefined) {
          this.#decider.saw(verdict.subject);
          yield verdict as VerdictOn<M, T>;
        }
        if (failed !== undefined) throw failed.error;
        if (cursor !== undefined) keeper?.reached(cursor);
      }
    } finally {
      forget();
      await keeper?.flush();
    }
  }

  /**
   * Takes no more calls, stops repeating those under way, and ends subscriptions after the verdict in hand.
   * Resolves when their places are saved and, over Kafka, what was taken is sent.
   */
  async close(): Promise<void> {
    this.#caller.lifetime.close();
    const subscriptions = [...this.#subscriptions].map((subscription) => subscription.close());
    await Promise.allSettled(subscriptions);
    if (this.#road === undefined) return;
    await this.#decider.settled();
    await this.#road.close();
  }

  async *#onTopic(road: Road, filter: VerdictFilter): AsyncGenerator<Verdict, void, undefined> {
    const { participant } = this;
    const { lifetime } = this.#caller;
    if (lifetime.closed) throw new ClosedError();
    for await (const { verdict } of road.follow(lifetime, filter, { from: undefined, participant, toEnd: true })) {
      if (verdict !== undefined) yield verdict;
    }
  }

  /** Verdicts as they come: from their topic where the client reads it, else over HTTP. */
  get #follow(): Follow {
    const road = this.#road;
    if (road?.readsVerdicts === true) return (lifetime, filter, options) => road.follow(lifetime, filter, options);
    return (lifetime, filter, options) => follow(this.#caller, lifetime, filter, options);
  }
}
