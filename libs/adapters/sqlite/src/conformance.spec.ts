import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeJournal, describeSubjectStore, type Ground } from '@tutti/runtime/conformance';
import { SqliteJournal, SqliteSubjectStore } from '@tutti/adapter-sqlite';

function onFile<T>(open: (path: string) => T): () => Promise<Ground<T>> {
  return async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tutti-sqlite-'));
    return {
      open: async () => open(join(folder, 'file.sqlite')),
      clear: () => rm(folder, { recursive: true }),
    };
  };
}

describeJournal(
  'SQLite',
  onFile((path) => SqliteJournal.open(path)),
);
describeSubjectStore('SQLite', onFile(SqliteSubjectStore.open));
