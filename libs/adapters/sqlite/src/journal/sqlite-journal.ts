import type { DatabaseSync } from 'node:sqlite';
import {
  JournalUnavailableError,
  RevisionConflictError,
  unpackBytes,
  type Block,
  type Journal,
} from '@tutti/runtime/journal';
import { limitSize, openDatabase } from '../database.js';
import { asPortError } from '../failure.js';
import { BlockWriter, type Append, type AppendOutcome } from './block-writer.js';
import { Followers } from './followers.js';
import { JOURNAL_FORMAT } from './journal-format.js';

interface Asked extends Append {
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

/**
 * The journal in one SQLite file. Group commit: what is asked for in one turn of the event loop is one transaction. It is
 * written in this thread: handing blocks to another one was measured and took more than it gave on two cores.
 */
export class SqliteJournal implements Journal {
  private readonly statements: ReturnType<typeof prepare>;
  private readonly followers: Followers;
  private queue: Asked[] = [];
  private closed = false;

  private constructor(
    private readonly database: DatabaseSync,
    private readonly path: string,
    private readonly writer: BlockWriter | undefined,
  ) {
    this.statements = prepare(database);
    this.followers = new Followers(() => this.dataVersion());
  }

  /**
   * @param path file, made where there is none; or `:memory:`
   * @param options.readOnly reads beside the process that writes; appends are refused
   * @throws TuttiError `data-read-only`, `disk-full`, `data-foreign`, `journal-corrupt`, `journal-version`
   */
  static open(path: string, { readOnly = false }: { readOnly?: boolean } = {}): SqliteJournal {
    const database = openDatabase(path, JOURNAL_FORMAT, readOnly);
    try {
      return new SqliteJournal(database, path, readOnly ? undefined : new BlockWriter(database, path));
    } catch (error) {
      database.close();
      throw asPortError('journal', path, error);
    }
  }

  append(stream: string, block: Block): Promise<void> {
    const { writer } = this;
    if (this.closed) return Promise.reject(this.closedError());
    if (writer === undefined) return Promise.reject(this.readOnlyError());
    return new Promise((resolve, reject) => {
      if (this.queue.length === 0) setImmediate(() => this.flush(writer));
      this.queue.push({ stream, block, resolve, reject });
    });
  }

  async read(stream: string, from: number, maxBlocks = 64): Promise<Block[]> {
    return this.reading(() => {
      const holder = this.statements.holder.get(stream, from) as { first: number; count: number } | undefined;
      const start = holder !== undefined && holder.first + holder.count > from ? holder.first : from;
      const rows = this.statements.page.all(stream, start, maxBlocks) as unknown as BlockRow[];
      return rows.map((row) => toBlock(stream, row));
    });
  }

  async last(stream: string): Promise<Block | undefined> {
    return this.reading(() => {
      const row = this.statements.last.get(stream) as BlockRow | undefined;
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
    if (this.writer !== undefined) this.flush(this.writer);
    this.closed = true;
    this.followers.close();
    this.database.close();
  }

  private flush(writer: BlockWriter): void {
    const asked = this.queue;
    if (asked.length === 0) return;
    this.queue = [];
    let outcomes: AppendOutcome[];
    try {
      outcomes = writer.write(asked);
    } catch (error) {
      for (const { reject } of asked) reject(error);
      return;
    }
    this.answer(asked, outcomes);
  }

  private answer(asked: readonly Asked[], outcomes: readonly AppendOutcome[]): void {
    const grown = new Set<string>();
    for (const [index, { stream, block, resolve, reject }] of asked.entries()) {
      const outcome = outcomes[index]!;
      if (outcome === 'there') {
        resolve();
        grown.add(stream);
      } else {
        reject(new RevisionConflictError(stream, block.first, outcome.goesOnAt));
      }
    }
    this.followers.wake(grown);
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

  private readOnlyError(): JournalUnavailableError {
    return new JournalUnavailableError('the journal was opened for reading', { where: this.path }, 'data-read-only');
  }
}

function toBlock(stream: string, row: BlockRow): Block {
  const { first, count, term, id } = row;
  return Object.freeze({ first, count, term, id, bytes: unpackBytes(stream, first, row.codec, row.bytes) });
}

function prepare(database: DatabaseSync) {
  const inStream = 'FROM blocks WHERE stream = (SELECT number FROM streams WHERE name = ?)';
  const columns = 'first, count, term, id, codec, bytes';
  return {
    streams: database.prepare('SELECT name FROM streams ORDER BY name'),
    holder: database.prepare(`SELECT first, count ${inStream} AND first <= ? ORDER BY first DESC LIMIT 1`),
    page: database.prepare(`SELECT ${columns} ${inStream} AND first >= ? ORDER BY first LIMIT ?`),
    last: database.prepare(`SELECT ${columns} ${inStream} ORDER BY first DESC LIMIT 1`),
    dataVersion: database.prepare('PRAGMA data_version'),
  };
}
