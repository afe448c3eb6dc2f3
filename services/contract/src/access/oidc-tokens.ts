import { TuttiError } from '@tutti/kernel';
import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { type Caller, type Scope, SCOPES } from './caller.js';

/** Which identity provider's tokens are taken. */
export interface OidcOptions {
  /** `iss` of its tokens. */
  issuer: string;
  /** `aud` they must name. */
  audience: string;
  /** Where its keys are; default: ISSUER/.well-known/jwks.json. */
  jwksUrl?: string;
  /** Keys at hand instead of fetched ones, for tests. */
  keys?: JWTVerifyGetKey;
  /** Claim that holds the participant's id; default `sub`. */
  participantClaim?: string;
}

/** Reads JWTs: the participant is in `sub`, the scopes in `scope` (a text) or `scp` (a list). */
export class OidcTokens {
  readonly #options: OidcOptions;
  readonly #keys: JWTVerifyGetKey;

  constructor(options: OidcOptions) {
    this.#options = options;
    const url = options.jwksUrl ?? `${options.issuer.replace(/\/$/, '')}/.well-known/jwks.json`;
    this.#keys = options.keys ?? createRemoteJWKSet(new URL(url));
  }

  /** @throws TuttiError `unauthenticated`; `unavailable` where the provider's keys cannot be fetched */
  async identify(token: string): Promise<Caller> {
    const { issuer, audience, participantClaim = 'sub' } = this.#options;
    let payload: JWTPayload;
    try {
      ({ payload } = await jwtVerify(token, this.#keys, {
        issuer,
        audience,
        algorithms: [
          'EdDSA',
          'Ed25519',
          'ES256',
          'ES384',
          'ES512',
          'RS256',
          'RS384',
          'RS512',
          'PS256',
          'PS384',
          'PS512',
        ],
        requiredClaims: ['exp'],
      }));
    } catch (cause) {
      if (isAboutTheToken(cause)) {
        throw new TuttiError('unauthenticated', `the JWT does not prove anything: ${(cause as Error).message}`, {
          cause,
        });
      }
      throw new TuttiError('unavailable', "the identity provider's keys cannot be fetched", { retryable: true, cause });
    }
    const participant = payload[participantClaim];
    if (typeof participant !== 'string' || participant === '') {
      throw new TuttiError('unauthenticated', `the JWT names no participant in its claim ${participantClaim}`);
    }
    return { participant, scopes: scopesOf(payload) };
  }
}

function isAboutTheToken(cause: unknown): boolean {
  return (
    cause instanceof errors.JOSEError &&
    !(cause instanceof errors.JWKSTimeout) &&
    !(cause instanceof errors.JWKSInvalid) &&
    cause.code !== 'ERR_JOSE_GENERIC'
  );
}

function scopesOf(payload: JWTPayload): ReadonlySet<Scope> {
  const { scope, scp } = payload;
  const words =
    typeof scope === 'string'
      ? scope.split(' ')
      : Array.isArray(scp)
        ? scp
        : typeof scp === 'string'
          ? scp.split(' ')
          : [];
  return new Set(SCOPES.filter((one) => words.includes(one) || words.includes(`tutti:${one}`)));
}
