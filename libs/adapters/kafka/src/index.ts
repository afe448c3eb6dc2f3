export type { BatchProducer } from './batch-producer.js';
export {
  assertTopics,
  ensureTopics,
  type EnsureTopicsOptions,
  type TopicDifference,
  type TopicReport,
} from './ensure-topics.js';
export { kafkaOptionsOf } from './kafka-environment.js';
export { KafkaLog } from './kafka-log.js';
export type { KafkaLogger, KafkaOptions, KafkaSasl } from './options.js';
export { RelayProducer } from './relay-producer.js';
export { type TopicSpec, tuttiTopics } from './tutti-topics.js';
