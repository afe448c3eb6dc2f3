import { TuttiError } from '@tutti/kernel';
import { didYouMean } from '@tutti/model';
import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, validateSync } from 'class-validator';
import { Environment, READ_BY_OTHERS } from './environment.js';
import type { AccessOptions } from '@tutti/contract-service';

/** Where and how a standalone backbone runs. */
export interface Configuration {
  data: string;
  model?: string;
  host: string;
  port: number;
  /** Whether the port may be the next free one. */
  orNextFree: boolean;
  partitions?: number;
  trust?: 'network' | 'signed';
  space?: string;
  access: AccessOptions;
  watch?: boolean;
  log: string;
}

export const PORT_DEFAULT = 4400;

/**
 * Reads the environment.
 *
 * @param model path given as an argument
 * @throws TuttiError `config-invalid` naming every variable that is wrong or unknown
 */
export function readConfiguration(env: Readonly<Record<string, string | undefined>>, model?: string): Configuration {
  const ours: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    const isOthers = READ_BY_OTHERS.has(name) || /^TUTTI_(?:TEST|BENCH)_/.test(name);
    // An empty variable is how shells and compose files say "not set".
    if (name.startsWith('TUTTI_') && !isOthers && value !== undefined && value !== '') ours[name] = value;
  }
  const read = plainToInstance(Environment, ours);
  const wrong = problemsOf(read, Object.keys(ours));
  if (read.TUTTI_OIDC_ISSUER !== undefined && read.TUTTI_OIDC_AUDIENCE === undefined) {
    wrong.push({ name: 'TUTTI_OIDC_AUDIENCE', message: 'is needed with TUTTI_OIDC_ISSUER' });
  }
  if (wrong.length > 0) {
    throw new TuttiError('config-invalid', wrong.map(({ name, message }) => `${name} ${message}`).join('; '), {
      where: 'environment',
      mend: `variables are ${knownVariables().join(', ')}`,
      facts: { errors: wrong },
    });
  }
  return configurationOf(read, model);
}

function configurationOf(env: Environment, argument: string | undefined): Configuration {
  const model = argument ?? env.TUTTI_MODEL;
  const access: AccessOptions = {};
  if (env.TUTTI_ACCESS !== undefined) access.mode = env.TUTTI_ACCESS;
  if (env.TUTTI_OPERATOR_TOKEN !== undefined) access.operatorToken = env.TUTTI_OPERATOR_TOKEN;
  if (env.TUTTI_OIDC_ISSUER !== undefined) {
    access.oidc = { issuer: env.TUTTI_OIDC_ISSUER, audience: env.TUTTI_OIDC_AUDIENCE! };
    if (env.TUTTI_OIDC_JWKS !== undefined) access.oidc.jwksUrl = env.TUTTI_OIDC_JWKS;
    if (env.TUTTI_OIDC_CLAIM !== undefined) access.oidc.participantClaim = env.TUTTI_OIDC_CLAIM;
  }
  return {
    data: env.TUTTI_DATA ?? '.tutti',
    host: env.TUTTI_HOST ?? '127.0.0.1',
    port: env.TUTTI_PORT ?? PORT_DEFAULT,
    orNextFree: env.TUTTI_PORT === undefined,
    access,
    log: env.TUTTI_LOG ?? 'warn',
    ...(model !== undefined && { model }),
    ...(env.TUTTI_PARTITIONS !== undefined && { partitions: env.TUTTI_PARTITIONS }),
    ...(env.TUTTI_TRUST !== undefined && { trust: env.TUTTI_TRUST }),
    ...(env.TUTTI_SPACE !== undefined && { space: env.TUTTI_SPACE }),
    ...(env.TUTTI_WATCH !== undefined && { watch: env.TUTTI_WATCH }),
  };
}

interface Wrong {
  [member: string]: string;
  name: string;
  message: string;
}

function problemsOf(read: Environment, given: readonly string[]): Wrong[] {
  const known = knownVariables();
  const unknown = given
    .filter((name) => !known.includes(name))
    .map((name) => ({ name, message: `is no variable of the standalone backbone${hint(name, known)}` }));
  const invalid = validateSync(read, { stopAtFirstError: true }).map(({ property, constraints }) => ({
    name: property,
    message: Object.values(constraints ?? {})[0] ?? 'is wrong',
  }));
  return [...unknown, ...invalid];
}

function hint(name: string, known: readonly string[]): string {
  const near = didYouMean(name, known);
  return near?.startsWith('did you mean') === true ? `: ${near}` : '';
}

/** Names of all variables, as the class above declares them. */
export function knownVariables(): string[] {
  const rules = getMetadataStorage().getTargetValidationMetadatas(Environment, '', false, false);
  return [...new Set(rules.map(({ propertyName }) => propertyName))];
}
