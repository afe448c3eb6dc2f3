import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { KafkaLog } from '@tutti/adapter-kafka';
import { describeLog } from '@tutti/runtime/conformance';
import { Kafka, logLevel } from 'kafkajs';
import { GenericContainer, getContainerRuntimeClient, type StartedTestContainer, Wait } from 'testcontainers';
import { afterAll, beforeAll } from 'vitest';
import { composeService } from './images.ts';

let server: StartedTestContainer | undefined;
let brokers = '';
let topics = 0;

beforeAll(async () => {
  const { info } = await getContainerRuntimeClient();
  // A broker says where it is to be reached, so the port is chosen before it starts.
  const port = await freePort();
  brokers = `${info.containerRuntime.host}:${port}`;
  const { image, environment } = composeService('kafka');
  server = await new GenericContainer(image)
    .withEnvironment({
      ...environment,
      KAFKA_LISTENERS: 'INSIDE://0.0.0.0:19092,OUTSIDE://0.0.0.0:9092,CONTROLLER://localhost:9093',
      KAFKA_ADVERTISED_LISTENERS: `INSIDE://localhost:19092,OUTSIDE://${brokers}`,
    })
    .withExposedPorts({ container: 9092, host: port })
    .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/))
    .start();
});
afterAll(async () => {
  await server?.stop();
});

describeLog('Kafka in a container', async () => ({
  open: () => KafkaLog.connect({ brokers: [brokers], clientId: 'suite', sessionTimeoutMs: 6_000, heartbeatMs: 200 }),
  createTopic,
  clear: async () => {},
}));

async function createTopic(numPartitions: number): Promise<string> {
  const admin = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING }).admin();
  topics += 1;
  const topic = `suite-${topics}`;
  const configEntries = [{ name: 'message.timestamp.type', value: 'LogAppendTime' }];
  await admin.connect();
  try {
    const wanted = { topic, numPartitions, replicationFactor: 1, configEntries };
    await admin.createTopics({ topics: [wanted], waitForLeaders: true });
  } finally {
    await admin.disconnect();
  }
  return topic;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
