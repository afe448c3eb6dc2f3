import { PostgresLeases, PostgresProjectionStore, PostgresSubjectStore } from '@tutti/adapter-postgres';
import {
  describeJournal,
  describeLeases,
  describeProjectionStore,
  describeSubjectStore,
  type Ground,
} from '@tutti/runtime/conformance';
import { Client } from 'pg';
import { GenericContainer, type StartedTestContainer, Wait } from 'testcontainers';
import { afterAll, beforeAll } from 'vitest';
import { groundsOf } from '../conformance/journal-grounds.ts';
import { composeService } from './images.ts';

const PORT = 5432;
let server: StartedTestContainer | undefined;
let schemas = 0;

beforeAll(async () => {
  server = await new GenericContainer(composeService('postgres').image)
    .withEnvironment({ POSTGRES_USER: 'tutti', POSTGRES_PASSWORD: 'tutti', POSTGRES_DB: 'tutti' })
    .withExposedPorts(PORT)
    // Once for the run that initializes, once for the one that stays.
    .withWaitStrategy(Wait.forLogMessage(/database system is ready to accept connections/, 2))
    .start();
});
afterAll(async () => {
  await server?.stop();
});

const url = (): string => `postgres://tutti:tutti@${server!.getHost()}:${server!.getMappedPort(PORT)}/tutti`;

describeJournal('PostgreSQL in a container', () => groundsOf(url()).ground());
describeSubjectStore('PostgreSQL in a container', inSchema(PostgresSubjectStore.open));
describeLeases('PostgreSQL in a container', inSchema(PostgresLeases.open));
describeProjectionStore('PostgreSQL in a container', inSchema(PostgresProjectionStore.open));

/** Room in a schema of its own for each test. */
function inSchema<T>(open: (url: string, options: { schema: string }) => Promise<T>): () => Promise<Ground<T>> {
  return async () => {
    schemas += 1;
    const schema = `suite_${schemas}`;
    const clear = async (): Promise<void> => {
      const client = new Client({ connectionString: url() });
      await client.connect();
      await client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`).finally(() => client.end());
    };
    return { open: () => open(url(), { schema }), clear };
  };
}
