import type { DatabaseSync } from 'node:sqlite';
import {
  JournalUnavailableError,
  RevisionConflictError,
  unpackBytes,
  type Block,
  type Journal,
} from '@tutti/runtime/journal';
import { openDatabase } from '../database.js';
import { asPortError } from '../failure.js';
import { BlockWriter, type Append, type AppendOutcome, type JournalWriter } from './block-writer.js';
import { Followers } from './followers.js';
import { JOURNAL_FORMAT } from './journal-format.js';
import { WriterThread } from './writer-thread.js';

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

/** How a journal is opened. */
export interface SqliteJournalOptions {
  /** Reads beside the process that writes; appends are refused. Default false. */
  readOnly?: boolean;
  /** Compresses and writes in a thread of its own; for files. Default false. */
  thread?: boolean;
}

/**
 * The journal in one SQLite file. Group commit: what is asked for in one turn of the event loop, or while the disk is
 * waited for, is one transaction.
 */
export class SqliteJournal implements Journal {
  private readonly statements: ReturnType<typeof prepare>;
  private readonly followers: Followers;
  private queue: Asked[] = [];
  /** Set while something is asked for and not yet answered. */
  private flushing: Promise<void> | undefined;
  private closed = false;

  private constructor(
    private readonly database: DatabaseSync,
    private readonly path: string,
    private readonly writer: JournalWriter | undefined,
  ) {
    this.statements = prepare(database);
    this.followers = new Followers(() => this.dataVersion());
  }

  /**
   * @param path file, made where there is none; or `:memory:`
   * @throws TuttiError `data-read-only`, `disk-full`, `data-foreign`, `journal-corrupt`, `journal-version`
   */
  static open(path: string, { readOnly = false, thread = false }: SqliteJournalOptions = {}): SqliteJournal {
    const database = openDatabase(path, JOURNAL_FORMAT, readOnly);
    try {
      const own = thread ? new WriterThread(path) : new BlockWriter(database, path);
      return new SqliteJournal(database, path, readOnly ? undefined : own);
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
      this.queue.push({ stream, block, resolve, reject });
      this.flushing ??= this.flush(writer);
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
  async limitSize(bytesMax: number | undefined): Promise<void> {
    await this.writer?.limitSize(bytesMax);
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.flushing;
    this.followers.close();
    if (this.writer instanceof WriterThread) await this.writer.close();
    this.database.close();
  }

  private async flush(writer: JournalWriter): Promise<void> {
    // Whoever else asks in this turn of the event loop is in the same transaction.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.queue.length > 0) {
      const asked = this.queue;
      this.queue = [];
      try {
        this.answer(asked, await writer.write(asked.map(({ stream, block }) => ({ stream, block }))));
      } catch (error) {
        for (const { reject } of asked) reject(error);
      }
    }
    // In the same step as the look at the queue: whoever asks next begins another flush.
    this.flushing = undefined;
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
