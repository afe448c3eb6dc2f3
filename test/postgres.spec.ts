import { PostgresJournal, PostgresSubjectStore } from '@tutti/adapter-postgres';
import { describeJournal, describeSubjectStore, type Ground } from '@tutti/runtime/conformance';
import { startPostgres, type PostgresServer } from '@tutti/testing';
import { afterAll, beforeAll } from 'vitest';

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.close());

/** A database for each test. */
function onServer<T>(open: (url: string) => Promise<T>): () => Promise<Ground<T>> {
  return async () => {
    const url = await server.createDatabase();
    return { open: () => open(url), clear: async () => undefined };
  };
}

describeJournal(
  'PostgreSQL',
  onServer((url) => PostgresJournal.open(url)),
);
describeSubjectStore(
  'PostgreSQL',
  onServer((url) => PostgresSubjectStore.open(url)),
);
