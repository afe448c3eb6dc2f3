import { sql } from 'kysely';
import type { Leases } from '@tutti/runtime';
import { readAddress, type Address, type PostgresOptions } from '../connection/address.js';
import { Sessions } from '../connection/sessions.js';
import { tablesOf } from '../connection/tables.js';
import { ensureMigrated } from '../migrations/migrate.js';

const CONNECTIONS = 2;

/** Leases in a PostgreSQL database, by its clock. */
export class PostgresLeases implements Leases {
  private readonly sessions: Sessions;
  private readonly tables: ReturnType<typeof tablesOf>;

  private constructor(address: Address) {
    this.sessions = new Sessions('store', address, 'leases', CONNECTIONS);
    this.tables = tablesOf(address.schema);
  }

  /**
   * Connects, and makes the tables where there are none.
   *
   * @param url `postgres://USER:PASSWORD@HOST:PORT/DATABASE?schema=NAME`, see {@link readAddress}
   * @throws TuttiError `config-invalid`, `database-refused`, `store-version`
   * @throws StoreUnavailableError the server is away; try again
   */
  static async open(url: string, options?: PostgresOptions): Promise<PostgresLeases> {
    const address = readAddress(url, options);
    await ensureMigrated('store', address);
    return new PostgresLeases(address);
  }

  async hold(name: string, owner: string, forMs: number): Promise<boolean> {
    // Not now(): that is when the transaction began, before it waited for others who ask for the same lease.
    const until = sql<Date>`clock_timestamp() + ${forMs}::float8 * interval '1 millisecond'`;
    const held = await this.sessions.rows(
      this.tables
        .insertInto('leases')
        .values({ name, owner, until })
        .onConflict((conflict) =>
          conflict
            .column('name')
            .doUpdateSet({ owner, until })
            .where((where) =>
              where.or([where('leases.owner', '=', owner), where('leases.until', '<=', sql<Date>`clock_timestamp()`)]),
            ),
        )
        .returning('name'),
    );
    return held.length > 0;
  }

  async release(name: string, owner: string): Promise<void> {
    await this.sessions.rows(this.tables.deleteFrom('leases').where('name', '=', name).where('owner', '=', owner));
  }

  async holders(): Promise<Record<string, string>> {
    const holding = await this.sessions.rows(
      this.tables
        .selectFrom('leases')
        .select(['name', 'owner'])
        .where('until', '>', sql<Date>`clock_timestamp()`)
        .orderBy('name'),
    );
    return Object.fromEntries(holding.map(({ name, owner }) => [name, owner]));
  }

  close(): Promise<void> {
    return this.sessions.close();
  }
}
