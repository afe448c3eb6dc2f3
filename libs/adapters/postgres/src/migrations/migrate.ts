import { TuttiError } from '@tutti/kernel';
import { Kysely, PostgresDialect, sql } from 'kysely';
import { Migrator, type MigrationProvider } from 'kysely/migration';
import { readAddress, type Address, type PostgresOptions } from '../connection/address.js';
import { LONG_PATIENCE, Sessions, type Statement } from '../connection/sessions.js';
import { asOpeningError, sqlState, type Role } from '../failure.js';
import { up as firstTables } from './first-tables.js';

/** Versions of the schema in order, by name; what was released is never changed. */
const VERSIONS: Readonly<Record<string, (db: Kysely<unknown>, schema: string) => Promise<void>>> = {
  '001-first-tables': firstTables,
};

const TABLE = 'migrations';
const LOCK = 'migrations_lock';
/** Key of the advisory lock under which schemas are migrated: "tutti" in ASCII. */
const ADVISORY_KEY = 0x74_75_74_74_69;

/**
 * Brings the tables of a URL's schema to this release's version; makes them where there are none. Any number of processes
 * may do so at once. Opening does it too, so that calling it is only needed where the services' own user may not change
 * tables.
 *
 * @throws TuttiError `store-version` a later release has been here, `database-refused`, `config-invalid`
 * @throws StoreUnavailableError
 */
export async function migrate(url: string, options?: PostgresOptions): Promise<void> {
  await ensureMigrated('store', readAddress(url, options));
}

/** As {@link migrate}, with the errors of a port. One question where nothing is to be done. */
export async function ensureMigrated(role: Role, address: Address): Promise<void> {
  const sessions = new Sessions(role, address, 'migrate', 2, LONG_PATIENCE);
  try {
    if (await isCurrent(sessions, address)) return;
    await sessions.using(async (guard) => {
      await guard.query('SELECT pg_advisory_lock($1)', [ADVISORY_KEY]);
      // Released by the end of the session: what happens meanwhile, nobody is kept out for longer.
      if (await isCurrent(sessions, address)) return;
      await runMigrations(sessions, address);
    });
  } catch (error) {
    throw asOpeningError(role, address.where, error instanceof TuttiError ? (error.cause ?? error) : error);
  } finally {
    await sessions.close();
  }
}

async function isCurrent(sessions: Sessions, { schema, where }: Address): Promise<boolean> {
  const done = await migrationsDone(sessions, schema);
  const unknown = done.filter((name) => VERSIONS[name] === undefined);
  if (unknown.length > 0) {
    throw new TuttiError('store-version', `the tables are of a later release: ${unknown.join(', ')}`, {
      where,
      mend: 'Run that release, or use another schema (?schema=NAME).',
      facts: { unknown },
    });
  }
  return done.length === Object.keys(VERSIONS).length;
}

async function migrationsDone(sessions: Sessions, schema: string): Promise<string[]> {
  const asked: Statement = { name: 'migrations', text: `SELECT name FROM "${schema}"."${TABLE}"` };
  try {
    return await sessions.using(async (client) => {
      const { rows } = await client.query<{ name: string }>(asked.text);
      return rows.map(({ name }) => name);
    });
  } catch (error) {
    // No such table, no such schema.
    const state = sqlState(error);
    if (state === '42P01' || state === '3F000') return [];
    throw error;
  }
}

async function runMigrations(sessions: Sessions, { schema }: Address): Promise<void> {
  // The pool stays open: closing a Kysely closes its pool, so this one is left to be collected.
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: sessions.pool }) });
  await sql`CREATE SCHEMA IF NOT EXISTS ${sql.id(schema)}`.execute(db);
  const provider: MigrationProvider = {
    getMigrations: async () =>
      Object.fromEntries(
        Object.entries(VERSIONS).map(([name, up]) => [name, { up: (on: Kysely<unknown>) => up(on, schema) }]),
      ),
  };
  const { error } = await new Migrator({
    db,
    provider,
    migrationTableName: TABLE,
    migrationLockTableName: LOCK,
    migrationTableSchema: schema,
  }).migrateToLatest();
  if (error !== undefined) throw error;
}
