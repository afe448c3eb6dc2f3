export { ManualClock } from '@tutti/runtime';
export { startTutti, type StartTuttiOptions, type TestTutti } from './start-tutti.js';
export { KAFKA_ADMIN, type KafkaUsers } from './servers/kafka-settings.js';
export { type KafkaServer, type KafkaServerOptions, startKafka } from './servers/kafka.js';
export { startPostgres, type PostgresServer, type StartPostgresOptions } from './servers/postgres.js';
