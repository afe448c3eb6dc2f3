import type { WrongVariable } from './read-variables.js';
import type { ServiceVariables } from './service-variables.js';

/** How callers of the HTTP gateway prove who they are. */
export interface AccessSettings {
  mode?: 'open' | 'tokens';
  operatorToken?: string;
  oidc?: { issuer: string; audience: string; jwksUrl?: string; participantClaim?: string };
}

export function accessOf(env: ServiceVariables): AccessSettings {
  const access: AccessSettings = {};
  if (env.TUTTI_ACCESS !== undefined) access.mode = env.TUTTI_ACCESS;
  if (env.TUTTI_OPERATOR_TOKEN !== undefined) access.operatorToken = env.TUTTI_OPERATOR_TOKEN;
  if (env.TUTTI_OIDC_ISSUER !== undefined) {
    access.oidc = { issuer: env.TUTTI_OIDC_ISSUER, audience: env.TUTTI_OIDC_AUDIENCE! };
    if (env.TUTTI_OIDC_JWKS !== undefined) access.oidc.jwksUrl = env.TUTTI_OIDC_JWKS;
    if (env.TUTTI_OIDC_CLAIM !== undefined) access.oidc.participantClaim = env.TUTTI_OIDC_CLAIM;
  }
  return access;
}

/** What is wrong between the variables of access. */
export function wrongInAccess(env: ServiceVariables): WrongVariable[] {
  if (env.TUTTI_OIDC_ISSUER === undefined || env.TUTTI_OIDC_AUDIENCE !== undefined) return [];
  return [{ name: 'TUTTI_OIDC_AUDIENCE', message: 'is needed with TUTTI_OIDC_ISSUER' }];
}
