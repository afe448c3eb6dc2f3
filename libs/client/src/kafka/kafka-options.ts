import { TuttiError } from '@tutti/kernel';

/** What TLS is to be spoken with; PEM texts. */
export interface KafkaTls {
  ca?: string;
  cert?: string;
  key?: string;
  servername?: string;
  rejectUnauthorized?: boolean;
}

export interface KafkaSasl {
  mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  username: string;
  password: string;
}

/** Brokers to publish decisions to. The package `kafkajs` must be installed beside this one. */
export interface KafkaOptions {
  /** `HOST:PORT` each. */
  brokers: readonly string[];
  /** Prefix of the topics. Default: `$TUTTI_SPACE`, else the one space whose topics the brokers show. */
  space?: string;
  tls?: boolean | KafkaTls;
  sasl?: KafkaSasl;
  /** Shown in the brokers' logs and quotas. Default: `tutti-PARTICIPANT`. */
  clientId?: string;
  /**
   * Where verdicts are read: `http` asks the backbone, which shows what one may see; `topic` reads `SPACE.verdicts`,
   * which needs the right to read everybody's. Default: `http` where there is a `url`, else `topic`.
   */
  verdicts?: 'http' | 'topic';
}

/** @throws TuttiError `malformed` */
export function checkKafkaOptions({ brokers }: KafkaOptions): void {
  const wrong = brokers.find((broker) => !/^(?:\[[0-9a-fA-F:.]+\]|[^:\s/]+):\d{1,5}$/.test(broker));
  if (brokers.length > 0 && wrong === undefined) return;
  throw new TuttiError('malformed', wrong === undefined ? 'there are no brokers' : `this is no broker: ${wrong}`, {
    where: 'kafka.brokers',
    mend: "write kafka: { brokers: ['HOST:PORT'] }",
  });
}
