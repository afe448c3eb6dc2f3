import { describeJournal } from '@tutti/runtime/conformance';
import { GenericContainer, type StartedTestContainer, Wait } from 'testcontainers';
import { afterAll, beforeAll } from 'vitest';
import { groundsOf } from '../conformance/journal-grounds.ts';
import { composeService } from './images.ts';

const HTTP = 2113;
let server: StartedTestContainer | undefined;

beforeAll(async () => {
  server = await new GenericContainer(composeService('eventstore').image)
    .withPlatform('linux/amd64')
    .withEnvironment({ EVENTSTORE_INSECURE: 'true', EVENTSTORE_CLUSTER_SIZE: '1', EVENTSTORE_RUN_PROJECTIONS: 'None' })
    .withExposedPorts(HTTP)
    .withWaitStrategy(
      Wait.forHttp('/health/live', HTTP).forStatusCodeMatching((status) => status >= 200 && status < 300),
    )
    .start();
});
afterAll(async () => {
  await server?.stop();
});

describeJournal('EventStoreDB in a container', () =>
  groundsOf(`esdb://${server!.getHost()}:${server!.getMappedPort(HTTP)}?tls=false`).ground(),
);
