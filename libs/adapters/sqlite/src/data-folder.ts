import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { TuttiError } from '@tutti/kernel';
import { lockFolder, readOnlyFolder } from './folder-lock.js';
import { SqliteJournal } from './sqlite-journal.js';
import { SqliteSubjectStore } from './sqlite-subject-store.js';

/** What a space keeps on one machine. */
export interface DataFolder {
  journal: SqliteJournal;
  store: SqliteSubjectStore;
  /** Why the store was begun anew, where it was: the journal rebuilds it. */
  storeRenewed: TuttiError | undefined;
  /** Closes both files and gives the lock back. */
  close(): Promise<void>;
}

/**
 * Opens a data folder for this process alone; makes it where there is none. A store that is damaged or of another
 * version is begun anew, a journal never.
 *
 * @param folder path, or `:memory:` for nothing on disk
 * @throws TuttiError `data-locked`, `data-read-only`, `data-unusable`, `data-foreign`, `disk-full`,
 *   `journal-corrupt`, `journal-version`
 */
export function openDataFolder(folder: string): DataFolder {
  if (folder === ':memory:') {
    return assemble(SqliteJournal.open(':memory:'), SqliteSubjectStore.open(':memory:'), undefined, () => undefined);
  }
  makeFolder(folder);
  const unlock = lockFolder(folder);
  let journal: SqliteJournal | undefined;
  try {
    journal = SqliteJournal.open(join(folder, 'journal.sqlite'));
    const { store, renewed } = openStore(join(folder, 'store.sqlite'));
    return assemble(journal, store, renewed, unlock);
  } catch (error) {
    void journal?.close();
    unlock();
    throw error;
  }
}

function assemble(
  journal: SqliteJournal,
  store: SqliteSubjectStore,
  storeRenewed: TuttiError | undefined,
  unlock: () => void,
): DataFolder {
  const close = async (): Promise<void> => {
    await journal.close();
    await store.close();
    unlock();
  };
  return { journal, store, storeRenewed, close };
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? error.code : undefined;
    if (reason === 'EACCES' || reason === 'EPERM' || reason === 'EROFS') throw readOnlyFolder(folder, error);
    throw new TuttiError('data-unusable', `the data folder cannot be made: ${String(reason)}`, {
      where: folder,
      mend: 'Name a folder, or a place where one can be made.',
      cause: error,
    });
  }
}

function openStore(path: string): { store: SqliteSubjectStore; renewed: TuttiError | undefined } {
  try {
    return { store: SqliteSubjectStore.open(path), renewed: undefined };
  } catch (error) {
    if (!(error instanceof TuttiError) || (error.code !== 'store-corrupt' && error.code !== 'store-version'))
      throw error;
    for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true });
    return { store: SqliteSubjectStore.open(path), renewed: error };
  }
}
