import { DatabaseSync } from 'node:sqlite';
import { TuttiError } from '@tutti/kernel';
import { sqliteCode } from './failure.js';

const BUSY = 5;

/**
 * Takes the lock of a data folder until it is given back or the process ends, however it ends: a write lock on an SQLite
 * file is the operating system's. The file says whose it is.
 *
 * @param path the lock's file
 * @throws TuttiError `data-locked` another process has it
 */
export function lockFolder(path: string): () => void {
  const database = new DatabaseSync(path, { timeout: 1_000 });
  try {
    database.exec('CREATE TABLE IF NOT EXISTS owner (one INTEGER PRIMARY KEY, pid INTEGER NOT NULL) STRICT');
    database.exec('BEGIN IMMEDIATE');
    database.prepare('INSERT OR REPLACE INTO owner VALUES (1, ?)').run(process.pid);
    database.exec('COMMIT');
    // Held from here on. Readers still get in, and so learn the owner.
    database.exec('BEGIN IMMEDIATE');
  } catch (error) {
    const pid = sqliteCode(error) === BUSY ? ownerOf(database) : undefined;
    database.close();
    if (sqliteCode(error) !== BUSY) throw error;
    const who = pid === undefined ? 'another process' : `process ${pid}`;
    throw new TuttiError('data-locked', `the data folder is in use by ${who}`, {
      where: path,
      mend: `Stop ${who} first, or choose another data folder.`,
      facts: { pid: pid ?? null },
      cause: error,
    });
  }
  return () => database.close();
}

function ownerOf(database: DatabaseSync): number | undefined {
  try {
    return database.prepare('SELECT pid FROM owner').get()?.['pid'] as number | undefined;
  } catch {
    return undefined;
  }
}
