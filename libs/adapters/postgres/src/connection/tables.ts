import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely';

/** Tables that are asked by plain queries; the journal's and the subjects' have statements of their own. */
export interface Tables {
  leases: { name: string; owner: string; until: Date };
  epoch_counts: {
    partition: number;
    epoch: number;
    accepted: number;
    irregular: number;
    rejected: number;
    duplicates: number;
  };
  decisions: { key: Buffer; partition: number; revision: number };
  edges: { partition: number; key: Buffer; edge: string };
  contract_uses: { partition: number; type: string; version: number; count: number };
}

/**
 * Builds queries on the tables of a schema; sessions run them. Kysely's own driver would give a connection that does not
 * answer back to the pool.
 */
export function tablesOf(schema: string): Kysely<Tables> {
  const dialect = {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (database: Kysely<unknown>) => new PostgresIntrospector(database),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  };
  return new Kysely<Tables>({ dialect }).withSchema(schema);
}
