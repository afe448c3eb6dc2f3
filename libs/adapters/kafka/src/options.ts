import type { ConnectionOptions } from 'node:tls';

/** How one proves to a broker who one is. */
export interface KafkaSasl {
  mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  username: string;
  password: string;
}

/** What the adapter tells of itself and of kafkajs. */
export type KafkaLogger = (level: 'error' | 'warn' | 'info' | 'debug', message: string, facts: object) => void;

/** Where the brokers are, and how to speak to them. */
export interface KafkaOptions {
  /** `host:port` of some of the brokers. */
  brokers: readonly string[];
  /** Name of this client in the brokers' logs and quotas. */
  clientId: string;
  /** TLS: `true` for the system's certificate authorities, or those and one's own certificate. */
  tls?: boolean | ConnectionOptions;
  sasl?: KafkaSasl;
  /** After so long without a heartbeat a member's partitions go to others. Default 10,000. */
  sessionTimeoutMs?: number;
  /** Between two heartbeats. Default a tenth of the session. */
  heartbeatMs?: number;
  /** How long a rebalance waits for members to hand over. Default three sessions. */
  rebalanceTimeoutMs?: number;
  /** How long one request may take. Default 30,000. */
  requestTimeoutMs?: number;
  /** How long `connect` tries. Default 30,000. */
  connectTimeoutMs?: number;
  /** How long a `send` tries before it says `log-unavailable`. Default 30,000; `Infinity`: until closed. */
  sendTimeoutMs?: number;
  /** Most bytes of one batch sent, by our count; below the topics' `max.message.bytes`. Default 900,000. */
  batchBytesMax?: number;
  /** Default: nothing is told. */
  logger?: KafkaLogger;
}
