import type { Statement } from '../connection/sessions.js';
import { checkpointStatements } from '../store/fenced-checkpoint.js';

/** Statements that a commit of the projection store runs, by what they do. */
export function projectionStatements(schema: string) {
  const s = `"${schema}"`;
  const named = (name: string, text: string): Statement => ({ name: `projection-${name}`, text });
  const checkpoint = checkpointStatements(schema, 'projection_checkpoints');
  return {
    checkpoint,
    addCounts: named(
      'add-counts',
      `INSERT INTO ${s}.epoch_counts AS old (partition, epoch, accepted, irregular, rejected, duplicates)
        SELECT $1::int, * FROM unnest($2::int8[], $3::int8[], $4::int8[], $5::int8[], $6::int8[])
        ON CONFLICT (partition, epoch) DO UPDATE
          SET accepted = old.accepted + excluded.accepted, irregular = old.irregular + excluded.irregular,
            rejected = old.rejected + excluded.rejected, duplicates = old.duplicates + excluded.duplicates`,
    ),
    addDecisions: named(
      'add-decisions',
      `INSERT INTO ${s}.decisions (partition, key, revision)
        SELECT $1::int, * FROM unnest($2::bytea[], $3::int8[]) ON CONFLICT DO NOTHING`,
    ),
    edges: named('edges', `SELECT edge FROM ${s}.edges WHERE partition = $1 AND key = ANY($2::bytea[])`),
    setEdges: named(
      'set-edges',
      `INSERT INTO ${s}.edges (partition, key, edge) SELECT $1::int, * FROM unnest($2::bytea[], $3::text[])
        ON CONFLICT (partition, key) DO UPDATE SET edge = excluded.edge`,
    ),
    addUses: named(
      'add-uses',
      `INSERT INTO ${s}.contract_uses AS old (partition, type, version, count)
        SELECT $1::int, * FROM unnest($2::text[], $3::int8[], $4::int8[])
        ON CONFLICT (partition, type, version) DO UPDATE SET count = old.count + excluded.count`,
    ),
    discard: [
      checkpoint.forget,
      ...['epoch_counts', 'decisions', 'edges', 'contract_uses'].map((table) =>
        named(`discard-${table}`, `DELETE FROM ${s}.${table} WHERE partition = $1`),
      ),
    ],
  };
}
