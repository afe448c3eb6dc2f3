import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { EventStoreJournal } from '@tutti/adapter-eventstore';
import { PostgresJournal } from '@tutti/adapter-postgres';
import { SqliteJournal } from '@tutti/adapter-sqlite';
import type { Journal } from '@tutti/runtime';
import type { Ground } from '@tutti/runtime/conformance';
import { Client } from 'pg';
import { deleteStreams } from '../../libs/adapters/eventstore/src/testing/delete-streams.ts';
import { kindOf } from './journal-kind.ts';

/** Fresh room for each test on the journal a URL names: what else is kept there is not touched. */
export function groundsOf(given: string | undefined): { name: string; ground: () => Promise<Ground<Journal>> } {
  const { kind, url } = kindOf(given);
  const run = randomUUID().slice(0, 8);
  let rooms = 0;
  const next = (): string => `tutti_suite_${run}_${(rooms += 1)}`;
  switch (kind) {
    case 'esdb':
      return { name: 'EventStoreDB', ground: async () => onEventStore(url, `${next()}.`) };
    case 'postgres':
      return { name: 'PostgreSQL', ground: async () => onPostgres(url, next()) };
    case 'sqlite':
      return { name: 'SQLite', ground: async () => onSqlite(`${pathOf(url)}.${next()}`) };
    default:
      throw kind satisfies never;
  }
}

function onEventStore(url: string, prefix: string): Ground<Journal> {
  return { open: () => EventStoreJournal.open(url, { prefix }), clear: () => deleteStreams(url, prefix) };
}

function onPostgres(url: string, schema: string): Ground<Journal> {
  return {
    open: () => PostgresJournal.open(url, { schema }),
    clear: async () => {
      const client = new Client({ connectionString: url });
      await client.connect();
      try {
        await client.query(`DROP SCHEMA IF EXISTS ${client.escapeIdentifier(schema)} CASCADE`);
      } finally {
        await client.end();
      }
    },
  };
}

function onSqlite(path: string): Ground<Journal> {
  return {
    open: async () => SqliteJournal.open(path),
    clear: async () => {
      for (const end of ['', '-wal', '-shm']) await rm(`${path}${end}`, { force: true });
    },
  };
}

function pathOf(url: string): string {
  return url.startsWith('file://') ? fileURLToPath(url) : url.slice(url.indexOf(':') + 1);
}
