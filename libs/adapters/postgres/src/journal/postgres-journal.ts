import { randomUUID } from 'node:crypto';
import { unpackBytes, type Block, type Journal } from '@tutti/runtime/journal';
import { readAddress, type Address, type PostgresOptions } from '../connection/address.js';
import { PATIENCE, Sessions } from '../connection/sessions.js';
import { VALUE_TYPES } from '../connection/value-types.js';
import { closedError } from '../failure.js';
import { ensureMigrated } from '../migrations/migrate.js';
import { AppendQueue, WRITERS } from './append-queue.js';
import { Followers } from './followers.js';
import { journalStatements } from './journal-statements.js';
import { Listener } from './listener.js';
import { Notifier } from './notifier.js';

interface BlockRow {
  first: number;
  count: number;
  term: number;
  id: string;
  codec: string;
  /** Base64. */
  bytes: string;
}

const READERS = 3;

/**
 * The journal in a PostgreSQL database, a row a block. Writers and readers have connections of their own, so that long
 * reads do not hold up appends. Any number of processes may have it open; expected revisions keep them apart.
 */
export class PostgresJournal implements Journal {
  private readonly statements: ReturnType<typeof journalStatements>;
  private readonly writers: Sessions;
  private readonly readers: Sessions;
  private readonly queue: AppendQueue;
  private readonly notifier: Notifier;
  private readonly followers = new Followers();
  private readonly listener: Listener;
  private closing: Promise<void> | undefined;

  private constructor(private readonly address: Address) {
    const { schema, url, where } = address;
    const channel = `${schema}.journal`;
    const origin = randomUUID();
    this.statements = journalStatements(schema);
    this.writers = new Sessions('journal', address, 'journal-append', WRITERS);
    this.readers = new Sessions('journal', address, 'journal-read', READERS);
    this.notifier = new Notifier(this.readers, this.statements.notify, channel, origin);
    this.queue = new AppendQueue(this.writers, this.statements.append, where, (streams) => {
      this.followers.wake(streams);
      this.notifier.grown(streams);
    });
    const config = {
      application_name: 'tutti-journal-follow',
      connectionTimeoutMillis: PATIENCE.connectMs,
      query_timeout: PATIENCE.connectMs,
      keepAlive: true,
      types: VALUE_TYPES,
      connectionString: url,
    };
    this.listener = new Listener(config, channel, origin, this.statements.ends, this.followers);
  }

  /**
   * Connects, and makes the tables where there are none.
   *
   * @param url `postgres://USER:PASSWORD@HOST:PORT/DATABASE?schema=NAME`, see {@link readAddress}
   * @throws TuttiError `config-invalid`, `database-refused`, `store-version`
   * @throws JournalUnavailableError the server is away; try again
   */
  static async open(url: string, options?: PostgresOptions): Promise<PostgresJournal> {
    const address = readAddress(url, options);
    await ensureMigrated('journal', address);
    return new PostgresJournal(address);
  }

  append(stream: string, block: Block): Promise<void> {
    if (this.closing !== undefined) return Promise.reject(closedError('journal', this.address.where));
    return this.queue.append(stream, block);
  }

  async read(stream: string, from: number, maxBlocks = 64): Promise<Block[]> {
    const { rows } = await this.readers.query<BlockRow>(this.statements.read, [stream, from, maxBlocks]);
    return rows.map((row) => toBlock(stream, row));
  }

  async last(stream: string): Promise<Block | undefined> {
    const { rows } = await this.readers.query<BlockRow>(this.statements.last, [stream]);
    return rows[0] === undefined ? undefined : toBlock(stream, rows[0]);
  }

  async streams(): Promise<string[]> {
    const { rows } = await this.readers.query<{ name: string }>(this.statements.streams, []);
    return rows.map(({ name }) => name);
  }

  follow(stream: string, wake: () => void): () => void {
    if (this.closing === undefined) this.listener.start();
    return this.followers.add(stream, wake);
  }

  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  private async end(): Promise<void> {
    await this.queue.drained();
    this.followers.clear();
    await this.notifier.drained();
    await Promise.all([this.listener.stop(), this.writers.close(), this.readers.close()]);
  }
}

function toBlock(stream: string, { first, count, term, id, codec, bytes }: BlockRow): Block {
  return Object.freeze({
    first,
    count,
    term,
    id,
    bytes: unpackBytes(stream, first, codec, Buffer.from(bytes, 'base64')),
  });
}
