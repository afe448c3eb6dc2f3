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

/** Variables without which a service has nothing to do its work with. */
const NEEDED: Readonly<Record<ServiceName, readonly (keyof MachinesVariables)[]>> = {
  contract: ['TUTTI_SPACE', 'TUTTI_KAFKA', 'TUTTI_JOURNAL_URL', 'TUTTI_STORE_URL'],
  projection: ['TUTTI_SPACE', 'TUTTI_JOURNAL_URL', 'TUTTI_STORE_URL'],
  feedback: ['TUTTI_SPACE', 'TUTTI_KAFKA', 'TUTTI_JOURNAL_URL', 'TUTTI_STORE_URL'],
};

const MEANING: Readonly<Record<string, string>> = {
  TUTTI_SPACE: 'the name of the space',
  TUTTI_KAFKA: "Kafka's brokers as host:port, with commas between",
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
  const read = readVariables(MachinesVariables, env, `the ${service} service`, (variables) => [
    ...missing(service, variables),
    ...wrongInAccess(variables),
    ...wrongInKafka(variables),
  ]);
  return {
    space: read.TUTTI_SPACE!,
    host: read.TUTTI_HOST ?? '127.0.0.1',
    port: read.TUTTI_PORT ?? PORTS[service],
    orNextFree: read.TUTTI_PORT === undefined,
    log: read.TUTTI_LOG ?? 'warn',
    journalUrl: read.TUTTI_JOURNAL_URL!,
    storeUrl: read.TUTTI_STORE_URL!,
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

/** What is wrong between the variables of Kafka. Whether the files named can be read shows when they are. */
export function wrongInKafka(read: MachinesVariables): WrongVariable[] {
  const wrong: WrongVariable[] = [];
  const { TUTTI_KAFKA_TLS: tls, TUTTI_KAFKA_TLS_CERT: cert, TUTTI_KAFKA_TLS_KEY: key } = read;
  if (cert !== undefined && key === undefined) wrong.push(needed('TUTTI_KAFKA_TLS_KEY', 'TUTTI_KAFKA_TLS_CERT'));
  if (key !== undefined && cert === undefined) wrong.push(needed('TUTTI_KAFKA_TLS_CERT', 'TUTTI_KAFKA_TLS_KEY'));
  if (cert !== undefined && (tls === undefined || tls === 'false')) {
    wrong.push(needed('TUTTI_KAFKA_TLS', 'TUTTI_KAFKA_TLS_CERT'));
  }
  const { TUTTI_KAFKA_SASL: sasl, TUTTI_KAFKA_USERNAME: username, TUTTI_KAFKA_PASSWORD: password } = read;
  if (sasl !== undefined && username === undefined) wrong.push(needed('TUTTI_KAFKA_USERNAME', 'TUTTI_KAFKA_SASL'));
  if (sasl !== undefined && password === undefined) wrong.push(needed('TUTTI_KAFKA_PASSWORD', 'TUTTI_KAFKA_SASL'));
  if (sasl === undefined && username !== undefined) wrong.push(needed('TUTTI_KAFKA_SASL', 'TUTTI_KAFKA_USERNAME'));
  else if (sasl === undefined && password !== undefined) wrong.push(needed('TUTTI_KAFKA_SASL', 'TUTTI_KAFKA_PASSWORD'));
  return wrong;
}

function needed(name: string, by: string): WrongVariable {
  return { name, message: `is needed with ${by}` };
}
