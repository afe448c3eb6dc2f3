export { ManualClock } from '@tutti/runtime';
export { startTutti, type StartTuttiOptions, type TestTutti } from './start-tutti.js';
export { KAFKA_ADMIN, type KafkaUsers } from './servers/kafka-settings.js';
export { type KafkaServer, type KafkaServerOptions, startKafka } from './servers/kafka.js';
export { startPostgres, type PostgresServer, type StartPostgresOptions } from './servers/postgres.js';
export { removeClusterData } from './cluster/cluster-data.js';
export { type Cluster, type ClusterOptions, startCluster } from './cluster/start-cluster.js';
export { type Ended, type ServiceKind, ServiceProcess, type ServiceProcessOptions } from './cluster/service-process.js';
