import type { DatabaseSync, StatementSync } from 'node:sqlite';
import {
  StoreUnavailableError,
  type Checkpoint,
  type StoredSubject,
  type SubjectRow,
  type SubjectStore,
} from '@tutti/runtime';
import { limitSize, openDatabase, transact, type FileFormat } from './database.js';
import { asPortError } from './failure.js';

/*
 * Keys begin with the partition, ids compare by their UTF-8 bytes (SQLite's BINARY): rows written in key order touch
 * neighbouring pages once. The first chunk of the log lives in the subject's own row, so that a subject with a short
 * history, as nearly all are, costs one row to read or write.
 *
 * NORMAL: a commit is not awaited on the disk, only a checkpoint of the WAL is. A power cut may take back the last
 * commits, whole and in order, and cannot damage the file; the journal, which is awaited, then lies ahead, and the
 * runtime applies the difference again. OFF would save little and could damage the file.
 */
const FORMAT: FileFormat = {
  role: 'store',
  version: 1,
  tables: `
    CREATE TABLE checkpoints (partition INTEGER PRIMARY KEY, revision INTEGER NOT NULL, term INTEGER NOT NULL) STRICT;
    CREATE TABLE subjects (
      partition INTEGER, id TEXT, state TEXT NOT NULL, due INTEGER, chunks INTEGER NOT NULL, chunk0 BLOB,
      PRIMARY KEY (partition, id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX subjects_due ON subjects (partition, due, id) WHERE due IS NOT NULL;
    CREATE TABLE chunks (
      partition INTEGER, id TEXT, number INTEGER, bytes BLOB NOT NULL, PRIMARY KEY (partition, id, number)
    ) STRICT, WITHOUT ROWID;`,
  settings: 'PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536; PRAGMA journal_size_limit = 67108864;',
};

/** Subjects and checkpoints in one SQLite file. */
export class SqliteSubjectStore implements SubjectStore {
  private readonly statements: ReturnType<typeof prepare>;
  private closed = false;

  private constructor(
    private readonly database: DatabaseSync,
    private readonly path: string,
  ) {
    this.statements = prepare(database);
  }

  /**
   * @param path file, made where there is none; or `:memory:`
   * @throws TuttiError `data-read-only`, `disk-full`, `store-corrupt`, `store-version`
   */
  static open(path: string): SqliteSubjectStore {
    const database = openDatabase(path, FORMAT);
    try {
      return new SqliteSubjectStore(database, path);
    } catch (error) {
      database.close();
      throw asPortError('store', path, error);
    }
  }

  async checkpoint(partition: number): Promise<Checkpoint | undefined> {
    return this.working(() => this.checkpointOf(partition));
  }

  async read(partition: number, ids: readonly string[]): Promise<(StoredSubject | undefined)[]> {
    return this.working(() => ids.map((id) => this.readOne(partition, id)));
  }

  async due(partition: number, atMs: number, limit: number): Promise<{ id: string; dueAtMs: number }[]> {
    return this.working(() =>
      this.statements.due
        .all(partition, atMs, limit)
        .map((row) => ({ id: row['id'] as string, dueAtMs: row['due'] as number })),
    );
  }

  async ids(partition: number, after: string, limit: number): Promise<string[]> {
    return this.working(() => this.statements.ids.all(partition, after, limit).map((row) => row['id'] as string));
  }

  async commit(
    partition: number,
    expected: Checkpoint | undefined,
    next: Checkpoint,
    rows: readonly SubjectRow[],
  ): Promise<boolean> {
    return this.working(() =>
      transact(this.database, () => {
        const there = this.checkpointOf(partition);
        if (there?.revision !== expected?.revision || (there !== undefined && there.term > next.term)) return false;
        for (const row of rows) this.write(partition, row);
        this.statements.setCheckpoint.run(partition, next.revision, next.term);
        return true;
      }),
    );
  }

  async discard(partition: number): Promise<void> {
    this.working(() =>
      transact(this.database, () => {
        for (const statement of this.statements.discard) statement.run(partition);
      }),
    );
  }

  /** Bounds the file's size: commits beyond it fail with `disk-full` until it is raised. Undefined: no bound. */
  limitSize(bytesMax: number | undefined): void {
    limitSize(this.database, bytesMax);
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.database.close();
  }

  private checkpointOf(partition: number): Checkpoint | undefined {
    const row = this.statements.checkpoint.get(partition);
    return row === undefined ? undefined : { revision: row['revision'] as number, term: row['term'] as number };
  }

  private readOne(partition: number, id: string): StoredSubject | undefined {
    const row = this.statements.subject.get(partition, id);
    if (row === undefined) return undefined;
    const chunks: Uint8Array[] = row['chunk0'] === null ? [] : [row['chunk0'] as Uint8Array];
    if ((row['chunks'] as number) > 1) {
      for (const chunk of this.statements.chunks.all(partition, id)) chunks.push(chunk['bytes'] as Uint8Array);
    }
    return { id, state: row['state'] as string, chunks };
  }

  private write(partition: number, row: SubjectRow): void {
    let chunk0: Uint8Array | null = null;
    let chunks = 0;
    for (const [number, bytes] of row.chunks) {
      if (number === 0) chunk0 = bytes;
      else this.statements.setChunk.run(partition, row.id, number, bytes);
      if (number >= chunks) chunks = number + 1;
    }
    this.statements.setSubject.run(partition, row.id, row.state, row.dueAtMs, chunks, chunk0);
  }

  private working<T>(work: () => T): T {
    if (this.closed) throw new StoreUnavailableError('the store is closed', { where: this.path });
    try {
      return work();
    } catch (error) {
      throw asPortError('store', this.path, error);
    }
  }
}

function prepare(database: DatabaseSync) {
  const sql = (text: string): StatementSync => database.prepare(text);
  return {
    checkpoint: sql('SELECT revision, term FROM checkpoints WHERE partition = ?'),
    setCheckpoint: sql('INSERT OR REPLACE INTO checkpoints (partition, revision, term) VALUES (?, ?, ?)'),
    subject: sql('SELECT state, chunks, chunk0 FROM subjects WHERE partition = ? AND id = ?'),
    chunks: sql('SELECT bytes FROM chunks WHERE partition = ? AND id = ? ORDER BY number'),
    setSubject: sql(`INSERT INTO subjects (partition, id, state, due, chunks, chunk0) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET state = excluded.state, due = excluded.due, chunks = max(chunks, excluded.chunks),
        chunk0 = coalesce(excluded.chunk0, chunk0)`),
    setChunk: sql('INSERT OR REPLACE INTO chunks (partition, id, number, bytes) VALUES (?, ?, ?, ?)'),
    due: sql(`SELECT id, due FROM subjects WHERE partition = ? AND due IS NOT NULL AND due <= ?
      ORDER BY due, id LIMIT ?`),
    ids: sql('SELECT id FROM subjects WHERE partition = ? AND id > ? ORDER BY id LIMIT ?'),
    discard: ['checkpoints', 'subjects', 'chunks'].map((table) => sql(`DELETE FROM ${table} WHERE partition = ?`)),
  };
}
