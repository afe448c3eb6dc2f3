import type { Checkpoint, StoredSubject, SubjectRow, SubjectStore } from '@tutti/runtime';
import { readAddress, type Address, type PostgresOptions } from '../connection/address.js';
import { byteaArray, int4Array, int8Array, textArray } from '../connection/binary-array.js';
import { LONG_PATIENCE, Sessions, type Session, type Statement } from '../connection/sessions.js';
import { ensureMigrated } from '../migrations/migrate.js';
import { checkpointStatements, moveCheckpoint, readCheckpoint } from './fenced-checkpoint.js';

const CONNECTIONS = 4;
/** Rows and bytes that one statement writes or asks for. */
const ROWS_A_STATEMENT = 2_000;
const BYTES_A_STATEMENT = 4 * 1024 * 1024;

/** Subjects and checkpoints in a PostgreSQL database. Rows are written in key order, many with one statement. */
export class PostgresSubjectStore implements SubjectStore {
  private readonly statements: ReturnType<typeof subjectStatements>;
  private readonly sessions: Sessions;
  private readonly query: Session;

  private constructor(address: Address) {
    this.statements = subjectStatements(address.schema);
    this.sessions = new Sessions('store', address, 'store', CONNECTIONS);
    this.query = (statement, values) => this.sessions.query(statement, values);
  }

  /**
   * Connects, and makes the tables where there are none.
   *
   * @param url `postgres://USER:PASSWORD@HOST:PORT/DATABASE?schema=NAME`, see {@link readAddress}
   * @throws TuttiError `config-invalid`, `database-refused`, `store-version`
   * @throws StoreUnavailableError the server is away; try again
   */
  static async open(url: string, options?: PostgresOptions): Promise<PostgresSubjectStore> {
    const address = readAddress(url, options);
    await ensureMigrated('store', address);
    return new PostgresSubjectStore(address);
  }

  checkpoint(partition: number): Promise<Checkpoint | undefined> {
    return readCheckpoint(this.query, this.statements.checkpoint, partition);
  }

  async read(partition: number, ids: readonly string[]): Promise<(StoredSubject | undefined)[]> {
    const found = new Map<string, Found>();
    for (let at = 0; at < ids.length; at += ROWS_A_STATEMENT) {
      const asked = textArray(ids.slice(at, at + ROWS_A_STATEMENT));
      const { rows } = await this.query<SubjectPart>(this.statements.read, [partition, asked]);
      for (const row of rows) addPart(found, row);
    }
    return ids.map((id) => {
      const subject = found.get(id);
      return subject && toStored(id, subject);
    });
  }

  async due(partition: number, atMs: number, limit: number): Promise<{ id: string; dueAtMs: number }[]> {
    const { rows } = await this.query<{ id: string; due: number }>(this.statements.due, [partition, atMs, limit]);
    return rows.map(({ id, due }) => ({ id, dueAtMs: due }));
  }

  async ids(partition: number, after: string, limit: number): Promise<string[]> {
    const { rows } = await this.query<{ id: string }>(this.statements.ids, [partition, after, limit]);
    return rows.map(({ id }) => id);
  }

  async commit(
    partition: number,
    expected: Checkpoint | undefined,
    next: Checkpoint,
    rows: readonly SubjectRow[],
  ): Promise<boolean> {
    const done = await this.sessions.transact(async (query) => {
      if (!(await moveCheckpoint(query, this.statements.checkpoint, partition, expected, next))) return undefined;
      for (const some of portions(rows)) {
        await query(this.statements.setSubjects, [partition, ...subjectParameters(some)]);
        const chunks = furtherChunks(some);
        if (chunks.ids.length > 0) await query(this.statements.setChunks, [partition, ...chunkParameters(chunks)]);
      }
      return true;
    });
    return done === true;
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
}

interface SubjectPart {
  id: string;
  number: number;
  /** Null for the further chunks of a subject's log. */
  state: string | null;
  bytes: Buffer | null;
}

interface Found {
  state: string | undefined;
  chunks: { number: number; bytes: Uint8Array }[];
}

function addPart(found: Map<string, Found>, { id, number, state, bytes }: SubjectPart): void {
  let subject = found.get(id);
  if (subject === undefined) found.set(id, (subject = { state: undefined, chunks: [] }));
  if (state !== null) subject.state = state;
  if (bytes !== null) subject.chunks.push({ number, bytes });
}

function toStored(id: string, { state, chunks }: Found): StoredSubject | undefined {
  if (state === undefined) return undefined;
  if (chunks.length > 1) chunks.sort((a, b) => a.number - b.number);
  return { id, state, chunks: chunks.map(({ bytes }) => bytes) };
}

function* portions(rows: readonly SubjectRow[]): Generator<readonly SubjectRow[]> {
  let start = 0;
  let bytes = 0;
  for (let at = 0; at < rows.length; at += 1) {
    bytes += rows[at]!.state.length;
    for (const chunk of rows[at]!.chunks.values()) bytes += chunk.byteLength;
    if (at + 1 - start < ROWS_A_STATEMENT && bytes < BYTES_A_STATEMENT) continue;
    yield rows.slice(start, at + 1);
    start = at + 1;
    bytes = 0;
  }
  if (start < rows.length) yield rows.slice(start);
}

function subjectParameters(rows: readonly SubjectRow[]): Buffer[] {
  return [
    textArray(rows.map(({ id }) => id)),
    textArray(rows.map(({ state }) => state)),
    int8Array(rows.map(({ dueAtMs }) => dueAtMs)),
    byteaArray(rows.map(({ chunks }) => chunks.get(0) ?? null)),
  ];
}

interface Chunks {
  ids: string[];
  numbers: number[];
  bytes: Uint8Array[];
}

/** Chunks that do not lie in their subject's row. */
function furtherChunks(rows: readonly SubjectRow[]): Chunks {
  const further: Chunks = { ids: [], numbers: [], bytes: [] };
  for (const { id, chunks } of rows) {
    for (const [number, bytes] of chunks) {
      if (number === 0) continue;
      further.ids.push(id);
      further.numbers.push(number);
      further.bytes.push(bytes);
    }
  }
  return further;
}

function chunkParameters({ ids, numbers, bytes }: Chunks): Buffer[] {
  return [textArray(ids), int4Array(numbers), byteaArray(bytes)];
}

function subjectStatements(schema: string) {
  const s = `"${schema}"`;
  const named = (name: string, text: string): Statement => ({ name: `subjects-${name}`, text });
  const checkpoint = checkpointStatements(schema, 'subject_checkpoints');
  return {
    checkpoint,
    // One statement, so that a state and its log are of the same commit.
    read: named(
      'read',
      `SELECT id, 0 AS number, state, chunk0 AS bytes FROM ${s}.subjects WHERE partition = $1 AND id = ANY($2::text[])
        UNION ALL
        SELECT id, number, NULL, bytes FROM ${s}.subject_chunks WHERE partition = $1 AND id = ANY($2::text[])`,
    ),
    due: named('due', `SELECT id, due FROM ${s}.subjects WHERE partition = $1 AND due <= $2 ORDER BY due, id LIMIT $3`),
    ids: named('ids', `SELECT id FROM ${s}.subjects WHERE partition = $1 AND id > $2 ORDER BY id LIMIT $3`),
    setSubjects: named(
      'set',
      `INSERT INTO ${s}.subjects AS old (partition, id, state, due, chunk0)
        SELECT $1::int, * FROM unnest($2::text[], $3::text[], $4::int8[], $5::bytea[])
        ON CONFLICT (partition, id) DO UPDATE
          SET state = excluded.state, due = excluded.due, chunk0 = coalesce(excluded.chunk0, old.chunk0)`,
    ),
    setChunks: named(
      'set-chunks',
      `INSERT INTO ${s}.subject_chunks (partition, id, number, bytes)
        SELECT $1::int, * FROM unnest($2::text[], $3::int4[], $4::bytea[])
        ON CONFLICT (partition, id, number) DO UPDATE SET bytes = excluded.bytes`,
    ),
    discard: [
      checkpoint.forget,
      named('discard-chunks', `DELETE FROM ${s}.subject_chunks WHERE partition = $1`),
      named('discard', `DELETE FROM ${s}.subjects WHERE partition = $1`),
    ],
  };
}
