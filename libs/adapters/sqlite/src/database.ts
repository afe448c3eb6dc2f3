import { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';
import { TuttiError } from '@tutti/kernel';
import { asPortError, CODE, sqliteCode, type FileRole } from './failure.js';

/** `Tutt` in ASCII: marks the files as ours (https://sqlite.org/pragma.html#pragma_application_id). */
const APPLICATION_ID = 0x54757474;

/** How long another connection's transaction is waited for. One lasts a group commit, or a flush of the store. */
const WAIT_MS = 10_000;

/** What a file must be. */
export interface FileFormat {
  role: FileRole;
  /** Version of the tables; kept in `meta`. */
  version: number;
  /** SQL that makes the tables. */
  tables: string;
  /** SQL run on every connection. */
  settings: string;
}

/**
 * Opens a file, makes its tables where it is new, refuses what is not ours or of another version.
 *
 * @param path file, or `:memory:`
 * @throws TuttiError `data-read-only`, `disk-full`, `data-foreign`,
 *   `journal-corrupt`, `store-corrupt`, `journal-version`, `store-version`
 */
export function openDatabase(path: string, format: FileFormat, readOnly = false): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { readOnly, timeout: WAIT_MS });
    if (!readOnly) database.exec('PRAGMA page_size = 8192; PRAGMA journal_mode = WAL;');
    database.exec(format.settings);
    check(database, path, format, readOnly);
    // SQLite opens what it may only read without a word, and says so at the first write.
    if (!readOnly) database.exec("BEGIN IMMEDIATE; UPDATE meta SET value = value WHERE key = 'format'; ROLLBACK");
    return database;
  } catch (error) {
    database?.close();
    throw asPortError(format.role, path, error);
  }
}

function check(database: DatabaseSync, path: string, format: FileFormat, readOnly: boolean): void {
  const { role, version } = format;
  const owner = Number(Object.values(database.prepare('PRAGMA application_id').get()!)[0]);
  const tables = Number(database.prepare('SELECT count(*) AS n FROM sqlite_schema').get()!['n']);
  if (owner === 0 && tables === 0 && !readOnly) {
    database.exec(`BEGIN IMMEDIATE;
      PRAGMA application_id = ${APPLICATION_ID};
      CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;
      INSERT INTO meta VALUES ('role', '${role}'), ('format', ${version});
      ${format.tables}
      COMMIT;`);
    return;
  }
  if (owner !== APPLICATION_ID || metaOf(database, 'role') !== role) {
    throw new TuttiError('data-foreign', `this file is no ${role} of Tutti`, {
      where: path,
      mend: 'Choose another data folder, or move the file away.',
    });
  }
  const found = metaOf(database, 'format');
  if (found !== version) {
    throw new TuttiError(
      `${role}-version`,
      `the ${role} has format version ${String(found)}, this release reads ${version}`,
      {
        where: path,
        mend: 'Run the release that wrote it, or a later one.',
        facts: { version: typeof found === 'number' ? found : null, reads: version },
      },
    );
  }
}

function metaOf(database: DatabaseSync, key: string): unknown {
  return database.prepare('SELECT value FROM meta WHERE key = ?').get(key)?.['value'];
}

/** Runs `work` in one write transaction; all or nothing. */
export function transact<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    rollBack(database);
    throw error;
  }
}

/**
 * Runs `work`, which may give way to the event loop, in one write transaction; all or nothing. Waits for another
 * connection's transaction without blocking: it may be one of this process, which needs the event loop to end.
 */
export async function transactInTurns<T>(database: DatabaseSync, work: () => Promise<T>): Promise<T> {
  await begin(database);
  try {
    const result = await work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    rollBack(database);
    throw error;
  }
}

async function begin(database: DatabaseSync): Promise<void> {
  database.exec('PRAGMA busy_timeout = 0');
  for (let waitedMs = 0; ; waitedMs += 5) {
    try {
      database.exec('BEGIN IMMEDIATE');
      return;
    } catch (error) {
      if (sqliteCode(error) !== CODE.busy || waitedMs >= WAIT_MS) throw error;
      await setTimeout(5);
    }
  }
}

function rollBack(database: DatabaseSync): void {
  // SQLite ends the transaction by itself on some faults (full, I/O).
  if (database.isTransaction) database.exec('ROLLBACK');
}

/** Most bytes the file may grow to; undefined: as far as the disk goes. */
export function limitSize(database: DatabaseSync, bytesMax: number | undefined): void {
  const pageBytes = Number(Object.values(database.prepare('PRAGMA page_size').get()!)[0]);
  const pages = bytesMax === undefined ? 4_294_967_294 : Math.max(1, Math.floor(bytesMax / pageBytes));
  database.exec(`PRAGMA max_page_count = ${pages}`);
}
