import type { DatabaseSync, StatementSync } from 'node:sqlite';
import {
  JournalUnavailableError,
  packBytes,
  RevisionConflictError,
  unpackBytes,
  type Block,
  type Journal,
} from '@tutti/runtime';
import { limitSize, openDatabase, transact, type FileFormat } from './database.js';
import { asPortError } from './failure.js';
import { Followers } from './followers.js';

/*
 * A row a block, in the order of appending: the table only ever grows at its end, the index on (stream, first) is small.
 * FULL: a commit is on the disk before it is acknowledged. No mmap: a read error would then be a signal, not an error.
 */
const FORMAT: FileFormat = {
  role: 'journal',
  version: 1,
  tables: `
    CREATE TABLE streams (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
    CREATE TABLE blocks (
      number INTEGER PRIMARY KEY, stream INTEGER NOT NULL REFERENCES streams, first INTEGER NOT NULL,
      count INTEGER NOT NULL, term INTEGER NOT NULL, id TEXT NOT NULL, codec TEXT NOT NULL, bytes BLOB NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX blocks_in_stream ON blocks (stream, first);`,
  settings: 'PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864;',
};

interface Append {
  stream: string;
  block: Block;
  resolve: () => void;
  reject: (error: unknown) => void;
}

interface BlockRow {
  first: number;
  count: number;
  term: number;
  id: string;
  codec: string;
  bytes: Uint8Array;
}

/** The journal in one SQLite file. Appends asked for in the same turn of the event loop are one transaction. */
export class SqliteJournal implements Journal {
  private readonly statements: ReturnType<typeof prepare>;
  private readonly numbers = new Map<string, number>();
  private readonly followers: Followers;
  private queue: Append[] = [];
  private closed = false;

  private constructor(
    private readonly database: DatabaseSync,
    private readonly path: string,
  ) {
    this.statements = prepare(database);
    this.followers = new Followers(() => this.dataVersion());
  }

  /**
   * @param path file, made where there is none; or `:memory:`
   * @param options.readOnly reads beside the process that writes
   * @throws TuttiError `data-read-only`, `disk-full`, `journal-corrupt`, `journal-version`
   */
  static open(path: string, options: { readOnly?: boolean } = {}): SqliteJournal {
    const database = openDatabase(path, FORMAT, options.readOnly);
    try {
      return new SqliteJournal(database, path);
    } catch (error) {
      database.close();
      throw asPortError('journal', path, error);
    }
  }

  append(stream: string, block: Block): Promise<void> {
    if (this.closed) return Promise.reject(this.closedError());
    return new Promise((resolve, reject) => {
      if (this.queue.length === 0) setImmediate(() => this.flush());
      this.queue.push({ stream, block, resolve, reject });
    });
  }

  async read(stream: string, from: number, maxBlocks = 64): Promise<Block[]> {
    return this.reading(() => {
      const number = this.numberOf(stream);
      if (number === undefined) return [];
      const holder = this.statements.holder.get(number, from) as { first: number; count: number } | undefined;
      const start = holder !== undefined && holder.first + holder.count > from ? holder.first : from;
      const rows = this.statements.page.all(number, start, maxBlocks) as unknown as BlockRow[];
      return rows.map((row) => toBlock(stream, row));
    });
  }

  async last(stream: string): Promise<Block | undefined> {
    return this.reading(() => {
      const number = this.numberOf(stream);
      const row = number === undefined ? undefined : (this.statements.last.get(number) as BlockRow | undefined);
      return row === undefined ? undefined : toBlock(stream, row);
    });
  }

  async streams(): Promise<string[]> {
    return this.reading(() => this.statements.streams.all().map((row) => row['name'] as string));
  }

  follow(stream: string, wake: () => void): () => void {
    return this.followers.add(stream, wake);
  }

  /** Bounds the file's size: appends beyond it fail with `disk-full` until it is raised. Undefined: no bound. */
  limitSize(bytesMax: number | undefined): void {
    limitSize(this.database, bytesMax);
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.flush();
    this.closed = true;
    this.followers.close();
    this.database.close();
  }

  /** Group commit: one transaction, and one wait for the disk, for all that was asked for; each with its own result. */
  private flush(): void {
    const batch = this.queue;
    if (batch.length === 0) return;
    this.queue = [];
    let conflicts: (RevisionConflictError | undefined)[];
    try {
      conflicts = transact(this.database, () => batch.map(({ stream, block }) => this.write(stream, block)));
    } catch (error) {
      // Numbers given to new streams went away with the transaction.
      this.numbers.clear();
      const said = asPortError('journal', this.path, error);
      for (const { reject } of batch) reject(said);
      return;
    }
    for (const [index, { resolve, reject }] of batch.entries()) {
      const conflict = conflicts[index];
      if (conflict === undefined) resolve();
      else reject(conflict);
    }
    this.followers.wake(
      new Set(batch.filter((_, index) => conflicts[index] === undefined).map(({ stream }) => stream)),
    );
  }

  /** Inserts a block where it belongs, or says why not. Reads the tail each time: others may write the file too. */
  private write(stream: string, block: Block): RevisionConflictError | undefined {
    const { first, count, term, id } = block;
    const known = this.numberOf(stream);
    const tail = known === undefined ? undefined : (this.statements.tail.get(known) as BlockRow | undefined);
    const end = tail === undefined ? 0 : tail.first + tail.count;
    if (first !== end) {
      const there = known === undefined ? undefined : this.statements.idAt.get(known, first)?.['id'];
      return there === id ? undefined : new RevisionConflictError(stream, first, end);
    }
    const number = known ?? this.addStream(stream);
    const packed = packBytes(block.bytes);
    this.statements.insert.run(number, first, count, term, id, packed.codec, packed.bytes);
    return undefined;
  }

  private numberOf(stream: string): number | undefined {
    const cached = this.numbers.get(stream);
    if (cached !== undefined) return cached;
    const found = this.statements.streamNumber.get(stream)?.['number'] as number | undefined;
    if (found !== undefined) this.numbers.set(stream, found);
    return found;
  }

  private addStream(stream: string): number {
    const number = Number(this.statements.addStream.run(stream).lastInsertRowid);
    this.numbers.set(stream, number);
    return number;
  }

  private reading<T>(work: () => T): T {
    if (this.closed) throw this.closedError();
    try {
      return work();
    } catch (error) {
      throw asPortError('journal', this.path, error);
    }
  }

  private dataVersion(): number {
    return this.reading(() => Number(this.statements.dataVersion.get()!['data_version']));
  }

  private closedError(): JournalUnavailableError {
    return new JournalUnavailableError('the journal is closed', { where: this.path });
  }
}

function toBlock(stream: string, row: BlockRow): Block {
  const { first, count, term, id } = row;
  return Object.freeze({ first, count, term, id, bytes: unpackBytes(stream, first, row.codec, row.bytes) });
}

function prepare(database: DatabaseSync) {
  const sql = (text: string): StatementSync => database.prepare(text);
  const columns = 'first, count, term, id, codec, bytes';
  return {
    streamNumber: sql('SELECT number FROM streams WHERE name = ?'),
    addStream: sql('INSERT INTO streams (name) VALUES (?)'),
    streams: sql('SELECT name FROM streams ORDER BY name'),
    tail: sql('SELECT first, count FROM blocks WHERE stream = ? ORDER BY first DESC LIMIT 1'),
    idAt: sql('SELECT id FROM blocks WHERE stream = ? AND first = ?'),
    insert: sql('INSERT INTO blocks (stream, first, count, term, id, codec, bytes) VALUES (?, ?, ?, ?, ?, ?, ?)'),
    holder: sql('SELECT first, count FROM blocks WHERE stream = ? AND first <= ? ORDER BY first DESC LIMIT 1'),
    page: sql(`SELECT ${columns} FROM blocks WHERE stream = ? AND first >= ? ORDER BY first LIMIT ?`),
    last: sql(`SELECT ${columns} FROM blocks WHERE stream = ? ORDER BY first DESC LIMIT 1`),
    dataVersion: sql('PRAGMA data_version'),
  };
}
