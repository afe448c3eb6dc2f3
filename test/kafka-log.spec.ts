import { type KafkaOptions, KafkaLog } from '@tutti/adapter-kafka';
import { describeLog } from '@tutti/runtime/conformance';
import { type KafkaServer, startKafka } from '@tutti/testing';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll } from 'vitest';

let server: KafkaServer;
let topics = 0;

beforeAll(async () => {
  server = await startKafka();
}, 600_000);
afterAll(() => server?.close());

const options = (): KafkaOptions => ({
  brokers: [server.brokers],
  clientId: 'spec',
  sessionTimeoutMs: 6_000,
  heartbeatMs: 200,
});

async function createTopic(numPartitions: number, config: Record<string, string> = {}): Promise<string> {
  const admin = new Kafka({ brokers: [server.brokers], logLevel: logLevel.NOTHING }).admin();
  topics += 1;
  const topic = `topic-${topics}`;
  const configEntries = Object.entries({ 'message.timestamp.type': 'LogAppendTime', ...config }).map(
    ([name, value]) => ({ name, value }),
  );
  await admin.connect();
  await admin.createTopics({
    topics: [{ topic, numPartitions, replicationFactor: 1, configEntries }],
    waitForLeaders: true,
  });
  await admin.disconnect();
  return topic;
}

let grounds = 0;
describeLog('Kafka', async () => {
  grounds += 1;
  return {
    open: () => KafkaLog.connect(options()),
    createTopic,
    clear: async () => {},
  };
});
