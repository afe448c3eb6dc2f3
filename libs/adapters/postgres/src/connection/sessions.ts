import type { Compilable } from 'kysely';
import { Pool, type PoolClient, type QueryConfig, type QueryResult, type QueryResultRow } from 'pg';
import { asPortError, closedError, type Role } from '../failure.js';
import type { Address } from './address.js';
import { VALUE_TYPES } from './value-types.js';

/** A statement that sessions keep prepared, by its name. */
export interface Statement {
  name: string;
  text: string;
}

/** How long things may take before they count as failed, milliseconds. */
export interface Patience {
  connectMs: number;
  /** The server gives up. */
  statementMs: number;
  /** We give up, and close the connection: the server or the way to it is frozen. */
  answerMs: number;
}

export const PATIENCE: Patience = { connectMs: 10_000, statementMs: 15_000, answerMs: 20_000 };

/** For what may touch a whole partition. */
export const LONG_PATIENCE: Patience = { connectMs: 10_000, statementMs: 3_600_000, answerMs: 3_660_000 };

/** What is done on one session: inside a transaction of its own. */
export type Work<T> = (query: Session) => Promise<T>;
export type Session = <R extends QueryResultRow>(statement: Statement, values: unknown[]) => Promise<QueryResult<R>>;

/** A few connections for one purpose. Faults come as the port's errors; what failed is closed, not used again. */
export class Sessions {
  readonly pool: Pool;
  private closing: Promise<void> | undefined;

  constructor(
    private readonly role: Role,
    private readonly address: Address,
    purpose: string,
    max: number,
    private readonly patience: Patience = PATIENCE,
  ) {
    this.pool = new Pool({
      // What the URL's query names wins over the rest.
      application_name: `tutti-${purpose}`,
      connectionTimeoutMillis: patience.connectMs,
      statement_timeout: patience.statementMs,
      query_timeout: patience.answerMs,
      idle_in_transaction_session_timeout: patience.statementMs,
      keepAlive: true,
      types: VALUE_TYPES,
      connectionString: address.url,
      max,
    });
    // A connection that breaks fails its query, if it has one, and is replaced; unheard, its error would end the process.
    this.pool.on('error', () => undefined);
    this.pool.on('connect', (client) => client.on('error', () => undefined));
  }

  get closed(): boolean {
    return this.closing !== undefined;
  }

  /** One statement, one round trip, a transaction of its own. @throws the port's errors */
  async query<R extends QueryResultRow>(statement: Statement, values: unknown[]): Promise<QueryResult<R>> {
    return this.using((client) => client.query<R>(prepared(statement, values)));
  }

  /** Rows of a query that Kysely has built. @throws the port's errors */
  async rows<R extends QueryResultRow>(built: Compilable<R>): Promise<R[]> {
    const { sql, parameters } = built.compile();
    return this.using(async (client) => (await client.query<R>(sql, [...parameters])).rows);
  }

  /**
   * Several statements, all or nothing. Work that gives `undefined` is taken back.
   *
   * @param patience of this transaction's statements
   * @throws the port's errors
   */
  async transact<T>(work: Work<T | undefined>, patience: Patience = this.patience): Promise<T | undefined> {
    return this.using(async (client) => {
      await client.query('BEGIN ISOLATION LEVEL READ COMMITTED');
      const own = patience === this.patience ? {} : { query_timeout: patience.answerMs };
      if (patience !== this.patience) await client.query(`SET LOCAL statement_timeout = ${patience.statementMs}`);
      const result = await work((statement, values) => client.query(prepared(statement, values, own)));
      await client.query(result === undefined ? 'ROLLBACK' : 'COMMIT');
      return result;
    });
  }

  /** Something else on a connection of the pool. @throws the port's errors */
  async using<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    if (this.closed) throw closedError(this.role, this.address.where);
    let client: PoolClient | undefined;
    let failure: unknown;
    try {
      client = await this.pool.connect();
      return await work(client);
    } catch (error) {
      failure = error;
      throw asPortError(this.role, this.address.where, error);
    } finally {
      // A connection on which something failed may be inside a transaction, or not answer any more.
      client?.release(failure !== undefined);
    }
  }

  /** Ends what was begun, then disconnects. */
  close(): Promise<void> {
    this.closing ??= this.pool.end();
    return this.closing;
  }
}

/** @param more settings of `pg` that its types do not know, such as `query_timeout` */
function prepared(statement: Statement, values: unknown[], more: object = {}): QueryConfig {
  return { ...statement, values, ...more };
}
