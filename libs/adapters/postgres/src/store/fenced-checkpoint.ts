import type { Checkpoint } from '@tutti/runtime';
import type { Session, Statement } from '../connection/sessions.js';

interface CheckpointRow {
  revision: number;
  term: number;
}

/** Statements about the checkpoints in a table. */
export interface CheckpointStatements {
  get: Statement;
  begin: Statement;
  move: Statement;
  forget: Statement;
}

export function checkpointStatements(schema: string, table: string): CheckpointStatements {
  const at = `"${schema}".${table}`;
  return {
    get: { name: `${table}-get`, text: `SELECT revision, term FROM ${at} WHERE partition = $1` },
    begin: { name: `${table}-begin`, text: `INSERT INTO ${at} VALUES ($1, $2, $3) ON CONFLICT DO NOTHING` },
    move: {
      name: `${table}-move`,
      text: `UPDATE ${at} SET revision = $2, term = $3 WHERE partition = $1 AND revision = $4 AND term <= $3`,
    },
    forget: { name: `${table}-forget`, text: `DELETE FROM ${at} WHERE partition = $1` },
  };
}

export async function readCheckpoint(
  query: Session,
  statements: CheckpointStatements,
  partition: number,
): Promise<Checkpoint | undefined> {
  const { rows } = await query<CheckpointRow>(statements.get, [partition]);
  return rows[0] === undefined ? undefined : { revision: rows[0].revision, term: rows[0].term };
}

/**
 * The fence (DESIGN §3.5): moves the checkpoint if it is where it was expected and of no later term. First in its
 * transaction, so that it keeps other writers of the partition waiting, who then find it moved.
 */
export async function moveCheckpoint(
  query: Session,
  statements: CheckpointStatements,
  partition: number,
  expected: Checkpoint | undefined,
  next: Checkpoint,
): Promise<boolean> {
  const { rowCount } =
    expected === undefined
      ? await query(statements.begin, [partition, next.revision, next.term])
      : await query(statements.move, [partition, next.revision, next.term, expected.revision]);
  return rowCount === 1;
}
