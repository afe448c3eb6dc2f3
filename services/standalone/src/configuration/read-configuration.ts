import { accessOf, type AccessSettings, type Env, readVariables, variablesOf, wrongInAccess } from '@tutti/service';
import { Environment } from './environment.js';

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
  access: AccessSettings;
  /** Decisions a second and participant. */
  quota?: number;
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
export function readConfiguration(env: Env, model?: string): Configuration {
  return configurationOf(readVariables(Environment, env, 'the standalone backbone', wrongInAccess), model);
}

function configurationOf(env: Environment, argument: string | undefined): Configuration {
  const model = argument ?? env.TUTTI_MODEL;
  return {
    data: env.TUTTI_DATA ?? '.tutti',
    host: env.TUTTI_HOST ?? '127.0.0.1',
    port: env.TUTTI_PORT ?? PORT_DEFAULT,
    orNextFree: env.TUTTI_PORT === undefined,
    access: accessOf(env),
    log: env.TUTTI_LOG ?? 'warn',
    ...(model !== undefined && { model }),
    ...(env.TUTTI_PARTITIONS !== undefined && { partitions: env.TUTTI_PARTITIONS }),
    ...(env.TUTTI_TRUST !== undefined && { trust: env.TUTTI_TRUST }),
    ...(env.TUTTI_SPACE !== undefined && { space: env.TUTTI_SPACE }),
    ...(env.TUTTI_QUOTA !== undefined && { quota: env.TUTTI_QUOTA }),
    ...(env.TUTTI_WATCH !== undefined && { watch: env.TUTTI_WATCH }),
  };
}

/** Names of all variables, as the class declares them. */
export function knownVariables(): string[] {
  return variablesOf(Environment);
}
