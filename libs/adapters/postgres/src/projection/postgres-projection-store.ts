import { sql } from 'kysely';
import { sha256 } from '@tutti/kernel';
import {
  mergeEdge,
  mergeEdges,
  type Checkpoint,
  type Edge,
  type EpochCounts,
  type IndexedDecision,
  type Projected,
  type ProjectionStore,
} from '@tutti/runtime';
import { readAddress, type Address, type PostgresOptions } from '../connection/address.js';
import { byteaArray, int8Array, textArray } from '../connection/binary-array.js';
import { LONG_PATIENCE, Sessions, type Session } from '../connection/sessions.js';
import { tablesOf } from '../connection/tables.js';
import { ensureMigrated } from '../migrations/migrate.js';
import { moveCheckpoint, readCheckpoint } from '../store/fenced-checkpoint.js';
import { projectionStatements } from './projection-statements.js';

const CONNECTIONS = 4;
const ROWS_A_STATEMENT = 5_000;

/** What the projection service keeps, in a PostgreSQL database: sums and an index, a fenced checkpoint a partition. */
export class PostgresProjectionStore implements ProjectionStore {
  private readonly statements: ReturnType<typeof projectionStatements>;
  private readonly sessions: Sessions;
  private readonly tables: ReturnType<typeof tablesOf>;

  private constructor(address: Address) {
    this.statements = projectionStatements(address.schema);
    this.sessions = new Sessions('store', address, 'projection', CONNECTIONS);
    this.tables = tablesOf(address.schema);
  }

  /**
   * Connects, and makes the tables where there are none.
   *
   * @param url `postgres://USER:PASSWORD@HOST:PORT/DATABASE?schema=NAME`, see {@link readAddress}
   * @throws TuttiError `config-invalid`, `database-refused`, `store-version`
   * @throws StoreUnavailableError the server is away; try again
   */
  static async open(url: string, options?: PostgresOptions): Promise<PostgresProjectionStore> {
    const address = readAddress(url, options);
    await ensureMigrated('store', address);
    return new PostgresProjectionStore(address);
  }

  checkpoint(partition: number): Promise<Checkpoint | undefined> {
    const query: Session = (statement, values) => this.sessions.query(statement, values);
    return readCheckpoint(query, this.statements.checkpoint, partition);
  }

  async commit(
    partition: number,
    expected: Checkpoint | undefined,
    next: Checkpoint,
    projected: Projected,
  ): Promise<boolean> {
    const done = await this.sessions.transact(async (query) => {
      if (!(await moveCheckpoint(query, this.statements.checkpoint, partition, expected, next))) return undefined;
      await this.addCounts(query, partition, projected.counts);
      await this.addDecisions(query, partition, projected.decisions);
      await this.addEdges(query, partition, projected.edges);
      await this.addUses(query, partition, projected.contractUse);
      return true;
    });
    return done === true;
  }

  async counts(options: { partition?: number; from?: number; limit?: number } = {}): Promise<EpochCounts[]> {
    const { partition, from = 0, limit } = options;
    let asked = this.tables
      .selectFrom('epoch_counts')
      .select(['epoch', ...(['accepted', 'irregular', 'rejected', 'duplicates'] as const).map(summed)])
      .where('epoch', '>=', from)
      .groupBy('epoch')
      .orderBy('epoch');
    if (partition !== undefined) asked = asked.where('partition', '=', partition);
    if (limit !== undefined) asked = asked.limit(limit);
    return this.sessions.rows(asked);
  }

  find(key: Uint8Array): Promise<{ partition: number; revision: number }[]> {
    return this.sessions.rows(
      this.tables
        .selectFrom('decisions')
        .select(['partition', 'revision'])
        .where('key', '=', Buffer.from(key))
        .orderBy('partition')
        .orderBy('revision'),
    );
  }

  async edges(): Promise<Edge[]> {
    const rows = await this.sessions.rows(this.tables.selectFrom('edges').select('edge').orderBy('partition'));
    return mergeEdges(rows.map(({ edge }) => JSON.parse(edge) as Edge));
  }

  async contractUse(): Promise<Record<string, Record<number, number>>> {
    const rows = await this.sessions.rows(
      this.tables
        .selectFrom('contract_uses')
        .select(['type', 'version', summed('count')])
        .groupBy(['type', 'version'])
        .orderBy('type')
        .orderBy('version'),
    );
    const use: Record<string, Record<number, number>> = {};
    for (const { type, version, count } of rows) (use[type] ??= {})[version] = count;
    return use;
  }

  async discard(partition: number): Promise<void> {
    await this.sessions.transact(async (query) => {
      for (const statement of this.statements.discard) await query(statement, [partition]);
      return true;
    }, LONG_PATIENCE);
  }

  close(): Promise<void> {
    return this.sessions.close();
  }

  private async addCounts(query: Session, partition: number, counts: readonly EpochCounts[]): Promise<void> {
    if (counts.length === 0) return;
    const columns = ['epoch', 'accepted', 'irregular', 'rejected', 'duplicates'] as const;
    const values = columns.map((column) => int8Array(counts.map((of) => of[column])));
    await query(this.statements.addCounts, [partition, ...values]);
  }

  /** In the order of the keys: they are hashes, and neighbours then share a page. */
  private async addDecisions(query: Session, partition: number, decisions: readonly IndexedDecision[]): Promise<void> {
    const inOrder = decisions.toSorted((a, b) => Buffer.compare(a.key, b.key));
    for (let at = 0; at < inOrder.length; at += ROWS_A_STATEMENT) {
      const some = inOrder.slice(at, at + ROWS_A_STATEMENT);
      await query(this.statements.addDecisions, [
        partition,
        byteaArray(some.map(({ key }) => key)),
        int8Array(some.map(({ revision }) => revision)),
      ]);
    }
  }

  /** The fence is held: nobody else changes this partition's edges between reading and writing them. */
  private async addEdges(query: Session, partition: number, edges: readonly Edge[]): Promise<void> {
    if (edges.length === 0) return;
    const keys = byteaArray(edges.map(({ signature }) => keyOf(signature)));
    const { rows } = await query<{ edge: string }>(this.statements.edges, [partition, keys]);
    const before = new Map(
      rows.map(({ edge }) => JSON.parse(edge) as Edge).map((edge): [string, Edge] => [edge.signature, edge]),
    );
    const merged = edges.map((since) => {
      const there = before.get(since.signature);
      return JSON.stringify(there === undefined ? since : mergeEdge(there, since));
    });
    await query(this.statements.setEdges, [partition, keys, textArray(merged)]);
  }

  private async addUses(query: Session, partition: number, use: Projected['contractUse']): Promise<void> {
    const rows = Object.entries(use).flatMap(([type, versions]) =>
      Object.entries(versions).map(([version, count]) => ({ type, version: Number(version), count })),
    );
    if (rows.length === 0) return;
    await query(this.statements.addUses, [
      partition,
      textArray(rows.map(({ type }) => type)),
      int8Array(rows.map(({ version }) => version)),
      int8Array(rows.map(({ count }) => count)),
    ]);
  }
}

/** Sums of bigint are numeric to PostgreSQL, and would come as text. */
function summed<C extends string>(column: C) {
  return sql<number>`sum(${sql.ref(column)})::bigint`.as(column);
}

/** Signatures hold what participants wrote: too long for a key of an index. */
function keyOf(signature: string): Uint8Array {
  return sha256(signature).subarray(0, 16);
}
