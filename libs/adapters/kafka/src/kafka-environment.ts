import { readFileSync } from 'node:fs';
import { TuttiError } from '@tutti/kernel';
import type { KafkaOptions, KafkaSasl } from './options.js';

const mechanisms: readonly string[] = ['plain', 'scram-sha-256', 'scram-sha-512'] satisfies KafkaSasl['mechanism'][];
/** Below, a pause of the process or of the network is taken for its death. */
const SESSION_MS_MIN = 1_000;
const address = /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):(\d{1,5})$/;

interface Wrong {
  name: string;
  message: string;
  [more: string]: string;
}

/**
 * Reads `TUTTI_KAFKA` (brokers, `host:port,…`), `TUTTI_KAFKA_TLS` (`true`, or the path of a CA file),
 * `TUTTI_KAFKA_TLS_CERT` and `_KEY` (paths), `TUTTI_KAFKA_SASL` (`plain`, `scram-sha-256`, `scram-sha-512`),
 * `TUTTI_KAFKA_USERNAME` and `_PASSWORD`, `TUTTI_KAFKA_SESSION_MS`. The client's name is `tutti`, or `tutti-SPACE`.
 *
 * @throws TuttiError `config-invalid` naming every variable that is wrong (`facts.errors`)
 */
export function kafkaOptionsOf(env: Readonly<Record<string, string | undefined>>): KafkaOptions {
  const wrong: Wrong[] = [];
  const brokers = brokersOf(env, wrong);
  const tls = tlsOf(env, wrong);
  const sasl = saslOf(env, wrong);
  const sessionTimeoutMs = sessionOf(env, wrong);
  if (wrong.length > 0) {
    throw new TuttiError('config-invalid', wrong.map(({ name, message }) => `${name} ${message}`).join('; '), {
      where: 'environment',
      mend: 'Correct the variables that are named.',
      facts: { errors: wrong },
    });
  }
  return {
    brokers,
    clientId: env['TUTTI_SPACE'] ? `tutti-${env['TUTTI_SPACE']}` : 'tutti',
    ...(tls === undefined ? {} : { tls }),
    ...(sasl === undefined ? {} : { sasl }),
    ...(sessionTimeoutMs === undefined ? {} : { sessionTimeoutMs }),
  };
}

type Environment = Readonly<Record<string, string | undefined>>;

function brokersOf(env: Environment, wrong: Wrong[]): string[] {
  const brokers = (env['TUTTI_KAFKA'] ?? '')
    .split(',')
    .map((broker) => broker.trim())
    .filter((broker) => broker !== '');
  const bad = brokers.find(
    (broker) => Number(address.exec(broker)?.[1] ?? 0) < 1 || Number(address.exec(broker)![1]) > 65_535,
  );
  if (brokers.length === 0) wrong.push({ name: 'TUTTI_KAFKA', message: 'is missing: brokers as host:port,host:port' });
  else if (bad !== undefined) wrong.push({ name: 'TUTTI_KAFKA', message: `names ${bad}, which is not host:port` });
  return brokers;
}

function tlsOf(env: Environment, wrong: Wrong[]): KafkaOptions['tls'] {
  const [kind, certPath, keyPath] = ['', '_CERT', '_KEY'].map((end) => env[`TUTTI_KAFKA_TLS${end}`] || undefined);
  if ((certPath === undefined) !== (keyPath === undefined)) {
    const name = certPath === undefined ? 'TUTTI_KAFKA_TLS_CERT' : 'TUTTI_KAFKA_TLS_KEY';
    wrong.push({ name, message: 'is missing: a certificate and its key go together' });
  }
  if (kind === undefined || kind === 'false') {
    if (certPath === undefined && keyPath === undefined) return undefined;
    wrong.push({ name: 'TUTTI_KAFKA_TLS', message: 'is missing: a certificate is of use over TLS only' });
    return undefined;
  }
  const ca = kind === 'true' ? undefined : contents('TUTTI_KAFKA_TLS', kind, wrong);
  const cert = certPath === undefined ? undefined : contents('TUTTI_KAFKA_TLS_CERT', certPath, wrong);
  const key = keyPath === undefined ? undefined : contents('TUTTI_KAFKA_TLS_KEY', keyPath, wrong);
  if (ca === undefined && cert === undefined) return true;
  return { ...(ca === undefined ? {} : { ca }), ...(cert === undefined ? {} : { cert, key }) };
}

function contents(name: string, path: string, wrong: Wrong[]): string {
  try {
    const text = readFileSync(path, 'utf8');
    if (text.includes('-----BEGIN')) return text;
    wrong.push({ name, message: `names ${path}, which holds no PEM` });
  } catch (error) {
    wrong.push({ name, message: `names ${path}, which cannot be read (${(error as NodeJS.ErrnoException).code})` });
  }
  return '';
}

function saslOf(env: Environment, wrong: Wrong[]): KafkaSasl | undefined {
  const mechanism = env['TUTTI_KAFKA_SASL'] || undefined;
  const [username, password] = [env['TUTTI_KAFKA_USERNAME'] ?? '', env['TUTTI_KAFKA_PASSWORD'] ?? ''];
  if (mechanism === undefined) {
    if (username !== '' || password !== '') {
      wrong.push({ name: 'TUTTI_KAFKA_SASL', message: `is missing beside a user: ${mechanisms.join(', ')}` });
    }
    return undefined;
  }
  if (!mechanisms.includes(mechanism)) {
    wrong.push({ name: 'TUTTI_KAFKA_SASL', message: `is ${mechanism}; there are ${mechanisms.join(', ')}` });
  }
  if (username === '') wrong.push({ name: 'TUTTI_KAFKA_USERNAME', message: 'is missing beside TUTTI_KAFKA_SASL' });
  if (password === '') wrong.push({ name: 'TUTTI_KAFKA_PASSWORD', message: 'is missing beside TUTTI_KAFKA_SASL' });
  return { mechanism: mechanism as KafkaSasl['mechanism'], username, password };
}

function sessionOf(env: Environment, wrong: Wrong[]): number | undefined {
  const text = env['TUTTI_KAFKA_SESSION_MS'] || undefined;
  if (text === undefined) return undefined;
  const sessionMs = /^\d{1,7}$/.test(text) ? Number(text) : 0;
  if (sessionMs < SESSION_MS_MIN) {
    wrong.push({ name: 'TUTTI_KAFKA_SESSION_MS', message: `is ${text}, no whole number from ${SESSION_MS_MIN} on` });
  }
  return sessionMs;
}
