import { TuttiError } from '@tutti/kernel';
import type { Kafka, logLevel, SASLOptions } from 'kafkajs';
import type { KafkaOptions } from './kafka-options.js';

interface KafkaJs {
  Kafka: typeof Kafka;
  logLevel: typeof logLevel;
}

/** One attempt may take this long; the publisher makes more of them. */
const REQUEST_MS = 10_000;
const CONNECT_MS = 5_000;

/** Loads a package that need not be there; specs give another. */
export type Load = () => Promise<unknown>;

// A name in a variable: bundlers and projects without kafkajs leave it alone.
const PACKAGE: string = 'kafkajs';
const load: Load = () => import(PACKAGE);

/**
 * kafkajs, for these brokers.
 *
 * @throws TuttiError `kafkajs-missing`
 */
export async function loadKafkaJs(
  { brokers, tls, sasl, clientId = 'tutti' }: KafkaOptions,
  from: Load = load,
): Promise<Kafka> {
  let loaded: KafkaJs & { default?: KafkaJs };
  try {
    loaded = (await from()) as KafkaJs & { default?: KafkaJs };
  } catch (cause) {
    throw new TuttiError('kafkajs-missing', 'publishing to Kafka needs the package kafkajs, which is not installed', {
      where: 'kafka',
      mend: 'npm install kafkajs, or leave `kafka` out and give `url`',
      cause,
    });
  }
  const { Kafka, logLevel } = loaded.default ?? loaded;
  return new Kafka({
    brokers: [...brokers],
    clientId,
    logLevel: logLevel.NOTHING,
    connectionTimeout: CONNECT_MS,
    requestTimeout: REQUEST_MS,
    retry: { initialRetryTime: 50, maxRetryTime: 1_000, retries: 3 },
    ...(tls === undefined || tls === false ? {} : { ssl: tls === true ? true : { ...tls } }),
    ...(sasl === undefined ? {} : { sasl: sasl as SASLOptions }),
  });
}
