import { TuttiError } from '@tutti/kernel';
import type { AnyModel, ModelTypes } from './model-types.js';
import { Caller } from './caller.js';
import { Decider } from './decider.js';
import { Http, type Token } from './http.js';
import { Lifetime } from './lifetime.js';
import { PolicySnapshot } from './policy.js';
import { type SigningKey, signerOf } from './signer.js';
import { Tutti } from './tutti.js';

export interface ConnectOptions {
  /** Default: `$TUTTI_URL`, else `http://127.0.0.1:4400`. */
  url?: string;
  /** Whose decisions these are: `seller-3`. Not needed to read. */
  participant?: string;
  /** Signs every decision (Ed25519). */
  key?: SigningKey;
  /** A token of this participant, or how to get one. */
  token?: Token;
  /** How long a call tries, its repetitions included. Default 10,000 ms. */
  timeoutMs?: number;
  /** How long one attempt of a call may take. Default 5,000 ms. */
  attemptTimeoutMs?: number;
  /** Connections at once, streams not counted. Default 64. */
  connections?: number;
  /** What `time` defaults to, milliseconds since 1970. Default: the machine's clock. */
  nowMs?: () => number;
  /** Default: the platform's. */
  fetch?: typeof globalThis.fetch;
}

/**
 * A client of one backbone. Never waits for a backbone that is away: calls wait, each up to its own timeout.
 *
 * @throws TuttiError `key-unreadable`, `malformed` (url)
 */
export async function connect<M extends ModelTypes = AnyModel>(options: ConnectOptions = {}): Promise<Tutti<M>> {
  const lifetime = new Lifetime();
  const timeoutMs = options.timeoutMs ?? 10_000;
  const attemptTimeoutMs = options.attemptTimeoutMs ?? 5_000;
  const caller = new Caller(httpOf(options), lifetime, attemptTimeoutMs);
  const { participant, key } = options;
  const signer = key === undefined || participant === undefined ? undefined : await signerOf(key, participant);
  const nowMs = options.nowMs ?? Date.now;
  const decider = new Decider(caller, { participant, signer, timeoutMs, attemptTimeoutMs, nowMs });
  const policies = new PolicySnapshot(caller);
  policies.refresh();
  return new Tutti<M>({ caller, decider, policies, participant, timeoutMs });
}

/**
 * The requests of these options.
 *
 * @throws TuttiError `malformed`
 */
export function httpOf(options: ConnectOptions): Http {
  const url = options.url ?? globalThis.process?.env['TUTTI_URL'] ?? 'http://127.0.0.1:4400';
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new TuttiError('malformed', `this is no http or https address: ${url}`, {
      where: 'url',
      mend: 'write http://HOST:PORT',
    });
  }
  return new Http({
    url,
    connections: options.connections ?? 64,
    fetch: options.fetch ?? globalThis.fetch,
    ...(options.token === undefined ? {} : { token: options.token }),
  });
}
