import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { TuttiError } from '@tutti/kernel';
import { asPortError, CODE, isDamage, sqliteCode } from './failure.js';

/** Keeps locks from the garbage collector, which would close their files and so give them back. */
const held = new Set<DatabaseSync>();

/**
 * Takes a data folder for this process until it is given back or the process ends, however it ends: the lock is a write
 * lock on the SQLite file `lock.sqlite`, which the operating system takes back. The file says whose it is.
 *
 * @throws TuttiError `data-locked` another process has it; `data-read-only`, `disk-full`
 */
export function lockFolder(folder: string): () => void {
  const path = join(folder, 'lock.sqlite');
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: 250 });
    database.exec('CREATE TABLE IF NOT EXISTS owner (one INTEGER PRIMARY KEY, pid INTEGER NOT NULL) STRICT');
    database.exec('BEGIN IMMEDIATE');
    database.prepare('INSERT OR REPLACE INTO owner VALUES (1, ?)').run(process.pid);
    database.exec('COMMIT');
    // Held from here on. Readers still get in, and so learn the owner.
    database.exec('BEGIN IMMEDIATE');
    const lock = database;
    held.add(lock);
    return () => {
      if (held.delete(lock)) lock.close();
    };
  } catch (error) {
    const code = sqliteCode(error);
    const pid = code === CODE.busy && database !== undefined ? ownerOf(database) : undefined;
    database?.close();
    if (code === CODE.busy) throw locked(folder, pid, error);
    if (code === CODE.cannotOpen || code === CODE.readOnly) throw readOnlyFolder(folder, error);
    if (isDamage(error)) throw damaged(path, error);
    throw asPortError('journal', path, error);
  }
}

/** The error of a data folder that this process may not write. */
export function readOnlyFolder(folder: string, cause: unknown): TuttiError {
  return new TuttiError('data-read-only', 'the data folder cannot be written', {
    where: folder,
    mend: 'Give this process write access to it, or choose another one.',
    cause,
  });
}

function locked(folder: string, pid: number | undefined, cause: unknown): TuttiError {
  const who = pid === undefined ? 'another process' : `process ${pid}`;
  return new TuttiError('data-locked', `the data folder is in use by ${who}`, {
    where: folder,
    mend: `Stop ${who} first, or choose another data folder.`,
    facts: { pid: pid ?? null },
    cause,
  });
}

function damaged(path: string, cause: unknown): TuttiError {
  return new TuttiError('data-foreign', 'the lock of the data folder is no lock of Tutti', {
    where: path,
    mend: 'Delete this file: it holds nothing but the number of the last process.',
    cause,
  });
}

function ownerOf(database: DatabaseSync): number | undefined {
  try {
    return database.prepare('SELECT pid FROM owner').get()?.['pid'] as number | undefined;
  } catch {
    return undefined;
  }
}
