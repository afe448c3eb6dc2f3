import { connect, type SigningKey, type Tutti } from '@tutti/client';
import { connectAdmin, type TuttiAdmin, type Why } from '@tutti/client/admin';
import type { Output } from '../terminal/output.js';
import { Reading } from './reading.js';

export const DEFAULT_URL = 'http://127.0.0.1:4400';

/** Options of every command that talks to a backbone. */
export interface ConnectionOptions {
  url?: string;
  /** Participant to act as. */
  as?: string;
  /** File of an Ed25519 private key. */
  key?: string;
  token?: string;
  /** How long a call tries, milliseconds. */
  timeout?: number;
}

/** One run of a command: what it says, and its connections, made when they are first used. */
export class Session {
  readonly url: string;
  readonly as: string | undefined;
  readonly #options: ConnectionOptions;
  readonly #timeoutMs: number;
  #tutti: Promise<Tutti> | undefined;
  #admin: TuttiAdmin | undefined;

  constructor(
    readonly output: Output,
    options: ConnectionOptions,
  ) {
    this.#options = options;
    this.#timeoutMs = options.timeout ?? 5_000;
    this.url = urlOf(options.url);
    this.as = options.as;
  }

  get token(): string | undefined {
    return this.#options.token ?? process.env['TUTTI_TOKEN'];
  }

  /** A participant's client. @throws TuttiError `key-unreadable`, `malformed` (url) */
  tutti(): Promise<Tutti> {
    const { as, key } = this.#options;
    this.#tutti ??= connect({
      url: this.url,
      timeoutMs: this.#timeoutMs,
      ...(as === undefined ? {} : { participant: as }),
      ...(key === undefined ? {} : { key: key satisfies SigningKey }),
      ...(this.token === undefined ? {} : { token: this.token }),
    });
    return this.#tutti;
  }

  /** An operator's client. */
  admin(): TuttiAdmin {
    this.#admin ??= connectAdmin({
      url: this.url,
      timeoutMs: this.#timeoutMs,
      ...(this.token === undefined ? {} : { token: this.token }),
    });
    return this.#admin;
  }

  /** What only the command line reads. */
  reading(): Reading {
    return new Reading(this.url, this.token, this.#timeoutMs);
  }

  /** Author and reason of an operator's act. */
  why(because: string): Why {
    return this.as === undefined ? { because } : { because, by: this.as };
  }

  async close(): Promise<void> {
    this.#admin?.close();
    await (await this.#tutti?.catch(() => undefined))?.close();
  }
}

/** The backbone's address: as given, else `$TUTTI_URL`, else this machine's. */
export function urlOf(given: string | undefined): string {
  return given ?? process.env['TUTTI_URL'] ?? DEFAULT_URL;
}
