export type { BatchProducer } from './batch-producer.js';
export { KafkaLog } from './kafka-log.js';
export type { KafkaLogger, KafkaOptions, KafkaSasl } from './options.js';
