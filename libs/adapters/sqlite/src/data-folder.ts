import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { TuttiError } from '@tutti/kernel';
import type { DecisionIndex } from '@tutti/runtime';
import { JournalIndex } from './indexing/journal-index.js';
import { WorkerIndex } from './indexing/worker-index.js';
import { lockFolder, readOnlyFolder } from './folder-lock.js';
import { SqliteJournal } from './journal/sqlite-journal.js';
import { SqliteSubjectStore } from './sqlite-subject-store.js';

/** What a space keeps on one machine. */
export interface DataFolder {
  journal: SqliteJournal;
  store: SqliteSubjectStore;
  /** Answers what cannot be found through a subject, from a thread of its own. Undefined in memory. */
  index: DecisionIndex | undefined;
  /** Why the store was begun anew, where it was: the journal rebuilds it. */
  storeRenewed: TuttiError | undefined;
  /** Closes the files and gives the lock back. */
  close(): Promise<void>;
}

/**
 * Opens a data folder for this process alone; makes it where there is none. A store or index that is damaged or of
 * another version is begun anew, a journal never.
 *
 * @param folder path, or `:memory:` for nothing on disk
 * @throws TuttiError `data-locked`, `data-read-only`, `data-unusable`, `data-foreign`, `disk-full`,
 *   `journal-corrupt`, `journal-version`
 */
export function openDataFolder(folder: string): DataFolder {
  if (folder === ':memory:') {
    const [journal, store] = [SqliteJournal.open(':memory:'), SqliteSubjectStore.open(':memory:')];
    return assemble(journal, store, undefined, undefined, () => undefined);
  }
  makeFolder(folder);
  const unlock = lockFolder(folder);
  const opened: { close(): Promise<void> }[] = [];
  try {
    const journalPath = join(folder, 'journal.sqlite');
    const journal = SqliteJournal.open(journalPath);
    opened.push(journal);
    const { file: store, renewed } = openOrRenew(join(folder, 'store.sqlite'), SqliteSubjectStore.open);
    opened.push(store);
    const indexPath = join(folder, 'index.sqlite');
    openOrRenew(indexPath, (path) => JournalIndex.make(path));
    return assemble(journal, store, new WorkerIndex({ journalPath, indexPath }), renewed, unlock);
  } catch (error) {
    for (const file of opened) void file.close();
    unlock();
    throw error;
  }
}

function assemble(
  journal: SqliteJournal,
  store: SqliteSubjectStore,
  index: DecisionIndex | undefined,
  storeRenewed: TuttiError | undefined,
  unlock: () => void,
): DataFolder {
  const close = async (): Promise<void> => {
    await index?.close();
    await journal.close();
    await store.close();
    unlock();
  };
  return { journal, store, index, storeRenewed, close };
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

const RENEWED = /^(?:store|index)-(?:corrupt|version)$/;

function openOrRenew<T>(path: string, open: (path: string) => T): { file: T; renewed: TuttiError | undefined } {
  try {
    return { file: open(path), renewed: undefined };
  } catch (error) {
    if (!(error instanceof TuttiError) || !RENEWED.test(error.code)) throw error;
    for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true });
    return { file: open(path), renewed: error };
  }
}
