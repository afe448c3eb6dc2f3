import { Kafka, type KafkaConfig, type logCreator, logLevel, type RetryOptions, type SASLOptions } from 'kafkajs';
import { registerCodecs } from './codecs.js';
import { mendTimers } from './mend-kafkajs.js';
import type { KafkaLogger, KafkaOptions } from './options.js';

let isReady = false;

/** How often kafkajs itself tries: through a change of leader. What lasts longer, this adapter retries from scratch. */
export const RETRY: RetryOptions = { initialRetryTime: 100, maxRetryTime: 1_000, retries: 5 };

/** kafkajs on these brokers, mended, with all codecs; its log goes to the given logger or nowhere. */
export function kafkaClient(options: KafkaOptions, retry: RetryOptions = RETRY): Kafka {
  if (!isReady) {
    registerCodecs();
    mendTimers();
    isReady = true;
  }
  const config: KafkaConfig = {
    clientId: options.clientId,
    brokers: [...options.brokers],
    connectionTimeout: 5_000,
    requestTimeout: options.requestTimeoutMs ?? 30_000,
    retry,
    logLevel: options.logger === undefined ? logLevel.NOTHING : logLevel.INFO,
    logCreator: logTo(options.logger),
    ...(options.tls === undefined ? {} : { ssl: options.tls }),
    // kafkajs adds functions to what it is given.
    ...(options.sasl === undefined ? {} : { sasl: { ...options.sasl } as SASLOptions }),
  };
  return new Kafka(config);
}

/** kafkajs calls an error what it then retries: for a reader of our log that is a warning at most. */
function logTo(logger: KafkaLogger | undefined): logCreator {
  const levels = { [logLevel.ERROR]: 'warn', [logLevel.WARN]: 'warn', [logLevel.INFO]: 'debug' } as const;
  return () => (entry) => {
    const level = (levels as Record<number, 'warn' | 'debug' | undefined>)[entry.level] ?? 'debug';
    const { message, ...facts } = entry.log;
    logger?.(level, `kafkajs ${entry.namespace}: ${message}`, facts);
  };
}
