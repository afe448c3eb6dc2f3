import { TuttiError } from '@tutti/kernel';
import type { AnyModel, ModelTypes } from './model-types.js';
import { Caller } from './caller.js';
import { Decider } from './decider.js';
import { Http, type Token } from './http.js';
import type { KafkaOptions } from './kafka/kafka-options.js';
import { Lifetime } from './lifetime.js';
import { PolicySnapshot } from './policy.js';
import type { Road } from './road.js';
import { type SigningKey, signerOf } from './signer.js';
import { Tutti } from './tutti.js';

export interface ConnectOptions {
  /** Default: `$TUTTI_URL`, else `http://127.0.0.1:4400`, or no HTTP where `kafka` is given. */
  url?: string;
  /** Decisions are published to their topic; the rest stays the same. */
  kafka?: KafkaOptions;
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
 * @throws TuttiError `key-unreadable`, `malformed` (url, brokers), `kafkajs-missing`
 */
export async function connect<M extends ModelTypes = AnyModel>(options: ConnectOptions = {}): Promise<Tutti<M>> {
  const lifetime = new Lifetime();
  const timeoutMs = options.timeoutMs ?? 10_000;
  const attemptTimeoutMs = options.attemptTimeoutMs ?? 5_000;
  const caller = new Caller(httpOf(options), lifetime, attemptTimeoutMs);
  const { participant, key } = options;
  const signer = key === undefined || participant === undefined ? undefined : await signerOf(key, participant);
  const nowMs = options.nowMs ?? Date.now;
  const road = options.kafka && (await roadOf(options.kafka, participant, caller));
  const decider = new Decider(caller, { participant, signer, timeoutMs, attemptTimeoutMs, nowMs, road });
  const policies = new PolicySnapshot(caller);
  policies.refresh();
  return new Tutti<M>({ caller, decider, policies, participant, timeoutMs, road });
}

/** The way over Kafka; what it takes is loaded here, so that others need not have it. */
async function roadOf(given: KafkaOptions, participant: string | undefined, caller: Caller): Promise<Road> {
  const { openRoad } = await import('./kafka/open-road.js');
  return openRoad(given, participant, caller);
}

/**
 * The requests of these options.
 *
 * @throws TuttiError `malformed`
 */
export function httpOf(options: ConnectOptions): Http {
  const there = options.kafka === undefined ? 'http://127.0.0.1:4400' : undefined;
  const url = options.url ?? globalThis.process?.env['TUTTI_URL'] ?? there;
  if (url !== undefined && (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))) {
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
