import { TuttiError } from '@tutti/kernel';
import { backOffMs } from './back-off.js';
import type { Caller } from './caller.js';
import { ClosedError, NotRecordedError, UnavailableError } from './errors.js';
import type { AnyModel, ModelTypes, PolicyName } from './model-types.js';
import { notRecorded } from './problem.js';

/** A policy as it is in force for this client. */
export interface Policy<P = Record<string, number>> {
  name: string;
  revision: number;
  /** Parameter → value: shares in basis points, amounts in the asset's smallest unit. */
  parameters: Readonly<P>;
  /** Its unit: a role, `subject`, or a context; absent: one revision for all. */
  per?: string;
  /** To whom a new revision applies: subjects that begin, or all. */
  applies: 'new' | 'all';
}

/** The policies in force, read in the background and kept for synchronous use. */
export class PolicySnapshot {
  readonly #caller: Caller;
  #policies: ReadonlyMap<string, Policy> | undefined;
  #refreshing: Promise<void> | undefined;
  #model = 0;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** A verdict was judged under this model revision: a newer one may have other policies. */
  sawModel(revision: number): void {
    if (this.#policies !== undefined && revision > this.#model) void this.refresh();
  }

  /** Reads them again in the background; resolves when they are there, or the client was closed. */
  refresh(): Promise<void> {
    if (!this.#caller.http.isThere) return Promise.resolve();
    this.#refreshing ??= this.#read().finally(() => (this.#refreshing = undefined));
    return this.#refreshing;
  }

  /**
   * Resolves when there is a first snapshot.
   *
   * @throws NotRecordedError, UnavailableError, ClosedError
   */
  async ready(timeoutMs: number): Promise<void> {
    if (this.#policies !== undefined) return;
    const { http, contact, lifetime } = this.#caller;
    let timer: ReturnType<typeof setTimeout> | undefined;
    await Promise.race([this.refresh(), new Promise<void>((resolve) => (timer = setTimeout(resolve, timeoutMs)))]);
    clearTimeout(timer);
    if (this.#policies !== undefined) return;
    if (lifetime.closed) throw new ClosedError();
    if (contact.lastError instanceof NotRecordedError && !contact.lastError.retryable) throw contact.lastError;
    throw new UnavailableError(
      `${http.url} was not reached within ${timeoutMs} ms: ${contact.lastError?.message ?? ''}`,
      {
        where: http.url,
        mend: 'start the backbone (tutti start), or give `connect` its url',
        cause: contact.lastError,
      },
    );
  }

  /** @throws UnavailableError before the first snapshot */
  all(): ReadonlyMap<string, Policy> {
    if (this.#policies !== undefined) return this.#policies;
    throw new UnavailableError('the policies have not been read yet', {
      where: this.#caller.http.url,
      mend: 'await `ready()` first',
    });
  }

  /** @throws UnavailableError, TuttiError `not-found` */
  one<M extends ModelTypes = AnyModel, P extends PolicyName<M> = PolicyName<M>>(name: P): Policy<M['policies'][P]> {
    const policies = this.all();
    const policy = policies.get(name);
    if (policy !== undefined) return policy as Policy<M['policies'][P]>;
    throw new TuttiError('not-found', `the model has no policy ${name}`, {
      where: `policy ${name}`,
      mend: policies.size === 0 ? 'it has none' : `it has: ${[...policies.keys()].join(', ')}`,
    });
  }

  async #read(): Promise<void> {
    const { http, lifetime, contact } = this.#caller;
    for (let attempt = 1; !lifetime.closed; attempt++) {
      try {
        const reply = await http.request({ method: 'GET', path: '/v1/policies' }, ATTEMPT_MS);
        contact.connected = true;
        contact.lastAnswerAtMs = Date.now();
        if (reply.status === 200) {
          const { model, policies } = reply.body as unknown as { model: number; policies: Policy[] };
          this.#model = model;
          this.#policies = new Map(policies.map((policy) => [policy.name, policy]));
          return;
        }
        contact.lastError = notRecorded(reply, '/v1/policies');
        // Asking again would not help: `ready()` says so.
        if (reply.status < 500 && reply.status !== 429) return;
      } catch (error) {
        contact.lastError = error as Error;
        contact.connected = false;
      }
      await lifetime.sleep(backOffMs(attempt), true);
    }
  }
}

const ATTEMPT_MS = 5_000;
