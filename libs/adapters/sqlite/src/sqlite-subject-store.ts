import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import {
  StoreUnavailableError,
  type Checkpoint,
  type StoredSubject,
  type SubjectRow,
  type SubjectStore,
} from '@tutti/runtime';
import { limitSize, openDatabase, transactInTurns, type FileFormat } from './database.js';
import { asPortError } from './failure.js';

/*
 * Keys begin with the partition, ids compare by their UTF-8 bytes (SQLite's BINARY): rows written in key order touch
 * neighbouring pages once. The first chunk of the log lives in the subject's own row, so that a subject with a short
 * history, as nearly all are, costs one row to read or write.
 *
 * NORMAL: a commit is not awaited on the disk, only a checkpoint of the WAL is. A power cut may take back the last
 * commits, whole and in order, and cannot damage the file; the journal, which is awaited, then lies ahead, and the
 * runtime applies the difference again. OFF would save little and could damage the file.
 *
 * A checkpoint of the WAL is due after 32 MiB instead of 8: a page rewritten by several commits is copied once.
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
  settings: `PRAGMA synchronous = NORMAL; PRAGMA cache_size = -49152; PRAGMA wal_autocheckpoint = 4096;
    PRAGMA journal_size_limit = 67108864;`,
};

/** Rows written before others get their turn: about two milliseconds. */
const ROWS_PER_TURN = 400;

/**
 * Subjects and checkpoints in one SQLite file. A commit gives way to the event loop every few hundred rows; what is read
 * meanwhile is what was committed before.
 */
export class SqliteSubjectStore implements SubjectStore {
  private readonly writing: Writing;
  private readonly reading: Reading;
  /** Ends when the last write asked for has ended: one transaction at a time. */
  private writes: Promise<unknown> = Promise.resolve();
  private closed = false;

  private constructor(
    private readonly database: DatabaseSync,
    /** Own connection, so that it does not see an unfinished commit. In memory there is but one, and no giving way. */
    private readonly reader: DatabaseSync,
    private readonly path: string,
  ) {
    this.writing = prepareWriting(database);
    this.reading = prepareReading(reader);
  }

  /**
   * @param path file, made where there is none; or `:memory:`. One store at a time may have it open for writing.
   * @throws TuttiError `data-read-only`, `disk-full`, `data-foreign`, `store-corrupt`, `store-version`
   */
  static open(path: string): SqliteSubjectStore {
    const database = openDatabase(path, FORMAT);
    let reader = database;
    try {
      if (path !== ':memory:') reader = openDatabase(path, FORMAT, true);
      return new SqliteSubjectStore(database, reader, path);
    } catch (error) {
      if (reader !== database) reader.close();
      database.close();
      throw asPortError('store', path, error);
    }
  }

  async checkpoint(partition: number): Promise<Checkpoint | undefined> {
    return this.working(() => checkpointOf(this.reading.checkpoint, partition));
  }

  async read(partition: number, ids: readonly string[]): Promise<(StoredSubject | undefined)[]> {
    return this.working(() => ids.map((id) => this.readOne(partition, id)));
  }

  async due(partition: number, atMs: number, limit: number): Promise<{ id: string; dueAtMs: number }[]> {
    return this.working(() =>
      this.reading.due
        .all(partition, atMs, limit)
        .map((row) => ({ id: row['id'] as string, dueAtMs: row['due'] as number })),
    );
  }

  async ids(partition: number, after: string, limit: number): Promise<string[]> {
    return this.working(() => this.reading.ids.all(partition, after, limit).map((row) => row['id'] as string));
  }

  commit(
    partition: number,
    expected: Checkpoint | undefined,
    next: Checkpoint,
    rows: readonly SubjectRow[],
  ): Promise<boolean> {
    return this.write(async () => {
      const there = checkpointOf(this.writing.checkpoint, partition);
      if (there?.revision !== expected?.revision || (there !== undefined && there.term > next.term)) return false;
      for (const [index, row] of rows.entries()) {
        if (index > 0 && index % ROWS_PER_TURN === 0 && this.reader !== this.database) await setImmediate();
        this.writeOne(partition, row);
      }
      this.writing.setCheckpoint.run(partition, next.revision, next.term);
      return true;
    });
  }

  async discard(partition: number): Promise<void> {
    await this.write(async () => {
      for (const statement of this.writing.discard) statement.run(partition);
    });
  }

  /** Bounds the file's size: commits beyond it fail with `disk-full` until it is raised. Undefined: no bound. */
  limitSize(bytesMax: number | undefined): void {
    limitSize(this.database, bytesMax);
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.writes;
    if (this.reader !== this.database) this.reader.close();
    this.database.close();
  }

  private readOne(partition: number, id: string): StoredSubject | undefined {
    const row = this.reading.subject.get(partition, id);
    if (row === undefined) return undefined;
    const chunks: Uint8Array[] = row['chunk0'] === null ? [] : [row['chunk0'] as Uint8Array];
    if ((row['chunks'] as number) > 1) {
      for (const chunk of this.reading.chunks.all(partition, id)) chunks.push(chunk['bytes'] as Uint8Array);
    }
    return { id, state: row['state'] as string, chunks };
  }

  private writeOne(partition: number, row: SubjectRow): void {
    let chunk0: Uint8Array | null = null;
    let chunks = 0;
    for (const [number, bytes] of row.chunks) {
      if (number === 0) chunk0 = bytes;
      else this.writing.setChunk.run(partition, row.id, number, bytes);
      if (number >= chunks) chunks = number + 1;
    }
    this.writing.setSubject.run(partition, row.id, row.state, row.dueAtMs, chunks, chunk0);
  }

  /** Runs `work` in a transaction of its own once those before it have ended; all or nothing. */
  private write<T>(work: () => Promise<T>): Promise<T> {
    if (this.closed) return Promise.reject(this.closedError());
    const result = this.writes.then(async () => {
      try {
        return await transactInTurns(this.database, work);
      } catch (error) {
        throw asPortError('store', this.path, error);
      }
    });
    this.writes = result.catch(() => undefined);
    return result;
  }

  private working<T>(work: () => T): T {
    if (this.closed) throw this.closedError();
    try {
      return work();
    } catch (error) {
      throw asPortError('store', this.path, error);
    }
  }

  private closedError(): StoreUnavailableError {
    return new StoreUnavailableError('the store is closed', { where: this.path });
  }
}

function checkpointOf(statement: StatementSync, partition: number): Checkpoint | undefined {
  const row = statement.get(partition);
  return row === undefined ? undefined : { revision: row['revision'] as number, term: row['term'] as number };
}

const CHECKPOINT = 'SELECT revision, term FROM checkpoints WHERE partition = ?';

type Reading = ReturnType<typeof prepareReading>;
type Writing = ReturnType<typeof prepareWriting>;

function prepareReading(database: DatabaseSync) {
  return {
    checkpoint: database.prepare(CHECKPOINT),
    subject: database.prepare('SELECT state, chunks, chunk0 FROM subjects WHERE partition = ? AND id = ?'),
    chunks: database.prepare('SELECT bytes FROM chunks WHERE partition = ? AND id = ? ORDER BY number'),
    due: database.prepare(`SELECT id, due FROM subjects WHERE partition = ? AND due IS NOT NULL AND due <= ?
      ORDER BY due, id LIMIT ?`),
    ids: database.prepare('SELECT id FROM subjects WHERE partition = ? AND id > ? ORDER BY id LIMIT ?'),
  };
}

function prepareWriting(database: DatabaseSync) {
  return {
    checkpoint: database.prepare(CHECKPOINT),
    setCheckpoint: database.prepare('INSERT OR REPLACE INTO checkpoints (partition, revision, term) VALUES (?, ?, ?)'),
    setSubject: database.prepare(`INSERT INTO subjects (partition, id, state, due, chunks, chunk0)
      VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET state = excluded.state, due = excluded.due,
        chunks = max(chunks, excluded.chunks), chunk0 = coalesce(excluded.chunk0, chunk0)`),
    setChunk: database.prepare('INSERT OR REPLACE INTO chunks (partition, id, number, bytes) VALUES (?, ?, ?, ?)'),
    discard: ['checkpoints', 'subjects', 'chunks'].map((table) =>
      database.prepare(`DELETE FROM ${table} WHERE partition = ?`),
    ),
  };
}
