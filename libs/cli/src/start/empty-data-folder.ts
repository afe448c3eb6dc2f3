import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openDataFolder } from '@tutti/adapter-sqlite';
import { TuttiError } from '@tutti/kernel';

/** Files a backbone keeps in its data folder, SQLite's own companions included. */
const OURS = /^(journal|store|index)\.sqlite(-wal|-shm|-journal)?$/;

/**
 * Deletes the journal of a data folder and what was built from it; whatever else lies there stays.
 *
 * @throws TuttiError `data-locked` a backbone is running on it
 */
export async function emptyDataFolder(folder: string): Promise<void> {
  if (folder === ':memory:' || !existsSync(folder)) return;
  try {
    await openDataFolder(folder).close();
  } catch (error) {
    // A damaged journal is a good reason to begin anew; a running backbone is none.
    if (!(error instanceof TuttiError) || !error.code.startsWith('journal-')) throw error;
  }
  for (const name of readdirSync(folder)) if (OURS.test(name)) rmSync(join(folder, name), { force: true });
}
