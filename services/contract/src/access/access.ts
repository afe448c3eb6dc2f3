import { timingSafeEqual } from 'node:crypto';
import { sha256, sha256Hex, TuttiError } from '@tutti/kernel';
import type { ControlState } from '@tutti/runtime';
import { ANYBODY, type Caller, type Scope, SCOPES } from './caller.js';
import { OidcTokens, type OidcOptions } from './oidc-tokens.js';

/** How callers prove who they are. */
export interface AccessOptions {
  /**
   * `open`: without a token everybody may do everything. `tokens`: nobody may do anything without one. Default: open
   * until a way to prove oneself is configured, or a token with scope `operator` has been issued.
   */
  mode?: 'open' | 'tokens';
  /** A token with every scope that is in force without having been issued: how the first operator gets in. */
  operatorToken?: string;
  /** Also takes JWTs of an identity provider. */
  oidc?: OidcOptions;
}

/** Tells who makes a request. */
export class Access {
  readonly #options: AccessOptions;
  readonly #control: () => ControlState;
  readonly #operatorHash: Buffer | undefined;
  readonly #oidc: OidcTokens | undefined;

  constructor(options: AccessOptions, control: () => ControlState) {
    this.#options = options;
    this.#control = control;
    this.#operatorHash = options.operatorToken === undefined ? undefined : sha256(options.operatorToken);
    this.#oidc = options.oidc === undefined ? undefined : new OidcTokens(options.oidc);
  }

  /**
   * Whether a request without a token may do everything.
   *
   * @throws TuttiError `unavailable` while the tokens that were issued cannot be known
   */
  get open(): boolean {
    if (!mayBeOpen(this.#options)) return false;
    if (this.#options.mode === 'open') return true;
    for (const { scopes } of this.#control().tokens.values()) if (scopes.includes('operator')) return false;
    return true;
  }

  /** The same; undefined while the tokens that were issued cannot be known. */
  get openIfKnown(): boolean | undefined {
    try {
      return this.open;
    } catch (error) {
      if (error instanceof TuttiError && error.retryable) return undefined;
      throw error;
    }
  }

  /**
   * The caller an `Authorization` header proves. Only a JWT takes a promise.
   *
   * @throws TuttiError `unauthenticated`
   */
  identify(authorization: string | undefined): Caller | Promise<Caller> {
    if (authorization === undefined) {
      if (this.open) return ANYBODY;
      throw new TuttiError('unauthenticated', 'this needs a token', {
        mend: 'send `Authorization: Bearer TOKEN`; an operator issues one with `tutti token issue`',
      });
    }
    const token = /^Bearer +([\w.~+/=-]+) *$/i.exec(authorization)?.[1];
    if (token === undefined) {
      throw new TuttiError('unauthenticated', 'the Authorization header holds no bearer token', {
        mend: 'send `Authorization: Bearer TOKEN`',
      });
    }
    if (this.#operatorHash !== undefined && timingSafeEqual(this.#operatorHash, sha256(token))) return OPERATOR;
    const issued = this.#control().tokens.get(sha256Hex(token));
    if (issued !== undefined) {
      return { participant: issued.participant, scopes: new Set(issued.scopes.filter((scope) => isScope(scope))) };
    }
    if (this.#oidc !== undefined && token.split('.').length === 3) return this.#oidc.identify(token);
    throw new TuttiError('unauthenticated', 'this token is not known, or no longer', {
      mend: 'ask an operator for a new one (tutti token issue)',
    });
  }
}

/** Whether the configuration leaves access open: for good, or until an operator's token is issued. */
export function mayBeOpen({ mode, operatorToken, oidc }: AccessOptions): boolean {
  return mode === undefined ? operatorToken === undefined && oidc === undefined : mode === 'open';
}

const OPERATOR: Caller = { participant: 'operator', scopes: new Set(SCOPES) };

function isScope(scope: string): scope is Scope {
  return (SCOPES as readonly string[]).includes(scope);
}
