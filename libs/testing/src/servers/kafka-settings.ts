/** Where a broker of one node listens and keeps what it has. */
export interface NodePlace {
  port: number;
  controllerPort: number;
  folder: string;
}

/** Users of a broker that asks who they are: name → password. */
export type KafkaUsers = Readonly<Record<string, string>>;

/** The superuser of a broker that asks; the rest has what ACLs give. */
export const KAFKA_ADMIN = 'admin';

/** Password of the superuser: among the users, else `admin-secret`. */
export function adminPassword(users: KafkaUsers | undefined): string {
  return users?.[KAFKA_ADMIN] ?? 'admin-secret';
}

/** `server.properties` of one KRaft node on loopback: small, quick to form groups, making no topic unasked. */
export function nodeSettings(place: NodePlace, users: KafkaUsers | undefined): Record<string, string> {
  return {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${place.controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    listeners: `CLIENT://127.0.0.1:${place.port},CONTROLLER://127.0.0.1:${place.controllerPort}`,
    'advertised.listeners': `CLIENT://127.0.0.1:${place.port}`,
    'inter.broker.listener.name': 'CLIENT',
    'listener.security.protocol.map': `CLIENT:${users === undefined ? 'PLAINTEXT' : 'SASL_PLAINTEXT'},CONTROLLER:PLAINTEXT`,
    'log.dirs': place.folder,
    'auto.create.topics.enable': 'false',
    'offsets.topic.num.partitions': '1',
    'offsets.topic.replication.factor': '1',
    'transaction.state.log.num.partitions': '1',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'group.initial.rebalance.delay.ms': '0',
    'group.min.session.timeout.ms': '500',
    'log.cleaner.dedupe.buffer.size': '4194304',
    'num.network.threads': '2',
    'num.io.threads': '4',
    // After a kill the node may take up its own place again only once the session of its former self has run out.
    'broker.session.timeout.ms': '3000',
    'broker.heartbeat.interval.ms': '500',
    ...(users === undefined ? {} : security(users)),
  };
}

/** SASL PLAIN for the users, ACLs in force, the admin above them; a node speaks to itself as the admin. */
function security(users: KafkaUsers): Record<string, string> {
  const all = { ...users, [KAFKA_ADMIN]: adminPassword(users) };
  const entries = Object.entries(all).map(([name, password]) => `user_${name}="${password}"`);
  const login = `username="${KAFKA_ADMIN}" password="${all[KAFKA_ADMIN]}"`;
  return {
    'sasl.enabled.mechanisms': 'PLAIN',
    'sasl.mechanism.inter.broker.protocol': 'PLAIN',
    'listener.name.client.plain.sasl.jaas.config': `org.apache.kafka.common.security.plain.PlainLoginModule required ${login} ${entries.join(' ')};`,
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': `User:${KAFKA_ADMIN};User:ANONYMOUS`,
  };
}

/** As Java reads it: `name=value` a line. */
export function properties(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value.replaceAll('\\', '\\\\')}\n`)
    .join('');
}

/** Logging of the node: warnings, and the line that says it is up, on standard output. */
export const LOG4J2 = `status = error
appender.out.type = Console
appender.out.name = out
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = %p %m (%c)%n%throwable{short.message}%n
rootLogger.level = warn
rootLogger.appenderRef.out.ref = out
logger.up.name = kafka.server.KafkaRaftServer
logger.up.level = info
`;
