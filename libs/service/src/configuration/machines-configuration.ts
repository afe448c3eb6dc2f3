import { type KafkaOptions, kafkaOptionsOf } from '@tutti/adapter-kafka';
import { TuttiError } from '@tutti/kernel';
import { accessOf, type AccessSettings, wrongInAccess } from './access-of.js';
import { MachinesVariables } from './machines-variables.js';
import { type Env, readVariables, type WrongVariable } from './read-variables.js';

/** The services that run as processes of their own. */
export type ServiceName = 'contract' | 'projection' | 'feedback';

/** Where and how a service on many machines runs. */
export interface MachinesConfiguration {
  space: string;
  host: string;
  port: number;
  /** Whether the port may be the next free one. */
  orNextFree: boolean;
  log: string;
  journalUrl: string;
  storeUrl: string;
  /** Undefined in the projection where it is not configured: it does without. */
  kafka: KafkaOptions | undefined;
  /** Of a space that begins. */
  partitions: number | undefined;
  /** Of a space that begins. */
  trust: 'network' | 'signed' | undefined;
  access: AccessSettings;
  model: string | undefined;
  gatewaySecret: string | undefined;
  /** Decisions a second. */
  quota: number | undefined;
  subjectsInMemory: number | undefined;
}

const PORTS: Readonly<Record<ServiceName, number>> = { contract: 4400, projection: 4401, feedback: 4402 };

/** Variables, besides those of Kafka, without which a service has nothing to do its work with. */
const NEEDED: Readonly<Record<ServiceName, readonly (keyof MachinesVariables)[]>> = {
  contract: ['TUTTI_SPACE', 'TUTTI_JOURNAL_URL', 'TUTTI_STORE_URL'],
  projection: ['TUTTI_SPACE', 'TUTTI_JOURNAL_URL', 'TUTTI_STORE_URL'],
  feedback: ['TUTTI_SPACE', 'TUTTI_JOURNAL_URL', 'TUTTI_STORE_URL'],
};

const MEANING: Readonly<Record<string, string>> = {
  TUTTI_SPACE: 'the name of the space',
  TUTTI_JOURNAL_URL: 'esdb://… or postgres://…',
  TUTTI_STORE_URL: 'postgres://…',
};

/**
 * Reads the environment of a service on many machines.
 *
 * @param model path given as an argument
 * @throws TuttiError `config-invalid` naming every variable that is wrong, unknown or missing
 */
export function readMachines(service: ServiceName, env: Env, model?: string): MachinesConfiguration {
  const kafka = service === 'projection' && !env['TUTTI_KAFKA'] ? undefined : readKafka(env);
  const read = readVariables(MachinesVariables, env, `the ${service} service`, (variables) => [
    ...missing(service, variables),
    ...wrongInAccess(variables),
    ...(kafka?.wrong ?? []),
  ]);
  return {
    space: read.TUTTI_SPACE!,
    host: read.TUTTI_HOST ?? '127.0.0.1',
    port: read.TUTTI_PORT ?? PORTS[service],
    orNextFree: read.TUTTI_PORT === undefined,
    log: read.TUTTI_LOG ?? 'warn',
    journalUrl: read.TUTTI_JOURNAL_URL!,
    storeUrl: read.TUTTI_STORE_URL!,
    kafka: kafka?.options,
    partitions: read.TUTTI_PARTITIONS,
    trust: read.TUTTI_TRUST,
    access: accessOf(read),
    model: model ?? read.TUTTI_MODEL,
    gatewaySecret: read.TUTTI_GATEWAY_SECRET,
    quota: read.TUTTI_QUOTA,
    subjectsInMemory: read.TUTTI_SUBJECTS_IN_MEMORY,
  };
}

function missing(service: ServiceName, read: MachinesVariables): WrongVariable[] {
  return NEEDED[service]
    .filter((name) => read[name] === undefined)
    .map((name) => ({ name, message: `is needed: ${MEANING[name] ?? ''}` }));
}

/** What the adapter makes of its variables, or everything it finds wrong with them. */
function readKafka(env: Env): { options?: KafkaOptions; wrong: WrongVariable[] } {
  try {
    return { options: kafkaOptionsOf(env), wrong: [] };
  } catch (error) {
    if (!(error instanceof TuttiError) || !Array.isArray(error.facts['errors'])) throw error;
    return { wrong: error.facts['errors'] as unknown as WrongVariable[] };
  }
}
