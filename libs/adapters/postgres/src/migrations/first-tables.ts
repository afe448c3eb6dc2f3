import { sql, type Kysely } from 'kysely';

/*
 * Texts that are keys compare by their bytes: COLLATE "C". Subjects' ids hold no control characters and at most 256 code
 * points, so they fit an index; what participants may make as long as they like (signatures of edges) is keyed by hash.
 *
 * A block's bytes are packed already, so PostgreSQL is told not to try (EXTERNAL).
 */
export async function up(db: Kysely<unknown>, schema: string): Promise<void> {
  const s = sql.id(schema);
  const statements = [
    sql`CREATE TABLE ${s}.streams (
      number int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text COLLATE "C" NOT NULL UNIQUE)`,
    sql`CREATE TABLE ${s}.blocks (
      stream int NOT NULL REFERENCES ${s}.streams, first bigint NOT NULL, count int NOT NULL CHECK (count > 0),
      term bigint NOT NULL, id uuid NOT NULL, codec text NOT NULL, bytes bytea NOT NULL, PRIMARY KEY (stream, first))`,
    sql`ALTER TABLE ${s}.blocks ALTER COLUMN bytes SET STORAGE EXTERNAL`,
    appendBlocks(schema),

    sql`CREATE TABLE ${s}.subject_checkpoints (partition int PRIMARY KEY, revision bigint NOT NULL, term bigint NOT NULL)`,
    sql`CREATE TABLE ${s}.subjects (
      partition int, id text COLLATE "C", state text NOT NULL, due bigint, chunk0 bytea, PRIMARY KEY (partition, id))
      WITH (fillfactor = 85)`,
    sql`CREATE INDEX subjects_due ON ${s}.subjects (partition, due, id) WHERE due IS NOT NULL`,
    sql`CREATE TABLE ${s}.subject_chunks (
      partition int, id text COLLATE "C", number int, bytes bytea NOT NULL, PRIMARY KEY (partition, id, number))`,

    sql`CREATE TABLE ${s}.leases (
      name text COLLATE "C" PRIMARY KEY, owner text NOT NULL, until timestamptz NOT NULL)`,

    sql`CREATE TABLE ${s}.projection_checkpoints (
      partition int PRIMARY KEY, revision bigint NOT NULL, term bigint NOT NULL)`,
    sql`CREATE TABLE ${s}.epoch_counts (
      partition int, epoch bigint, accepted bigint NOT NULL, irregular bigint NOT NULL, rejected bigint NOT NULL,
      duplicates bigint NOT NULL, PRIMARY KEY (partition, epoch))`,
    sql`CREATE TABLE ${s}.decisions (
      key bytea, partition int, revision bigint, PRIMARY KEY (key, partition, revision))`,
    sql`CREATE TABLE ${s}.edges (partition int, key bytea, edge text NOT NULL, PRIMARY KEY (partition, key))`,
    sql`CREATE TABLE ${s}.contract_uses (
      partition int, type text COLLATE "C", version bigint, count bigint NOT NULL,
      PRIMARY KEY (partition, type, version))`,
  ];
  for (const statement of statements) await statement.execute(db);
}

/*
 * Appends blocks, each with its own outcome: -1 where it is there, else the revision its stream goes on at. In one
 * transaction, which is on the disk when it is answered, whatever the server's default.
 *
 * No lock: a stream's end never moves back, a block is only inserted where the end was seen, and of those who saw the
 * same end the key lets one through; the others look again. Callers sort by stream, or two of them could wait for each
 * other.
 */
function appendBlocks(schema: string) {
  const s = sql.id(schema);
  return sql`
    CREATE FUNCTION ${s}.append_blocks(
      streams text[], firsts bigint[], counts int[], terms bigint[], ids text[], codecs text[], payloads bytea[]
    ) RETURNS bigint[] LANGUAGE plpgsql AS $$
    DECLARE
      item record;
      stream_number int;
      stream_end bigint;
      outcomes bigint[] := '{}';
      outcome bigint;
    BEGIN
      IF current_setting('synchronous_commit') IN ('off', 'local', 'remote_write') THEN
        PERFORM set_config('synchronous_commit', 'on', true);
      END IF;
      FOR item IN
        SELECT * FROM unnest(streams, firsts, counts, terms, ids, codecs, payloads)
          AS t(name, first, count, term, id, codec, bytes)
      LOOP
        stream_number := (SELECT number FROM ${s}.streams WHERE name = item.name);
        IF stream_number IS NULL AND item.first = 0 THEN
          INSERT INTO ${s}.streams (name) VALUES (item.name) ON CONFLICT DO NOTHING;
          stream_number := (SELECT number FROM ${s}.streams WHERE name = item.name);
        END IF;
        LOOP
          stream_end := coalesce((
            SELECT b.first + b.count FROM ${s}.blocks b WHERE b.stream = stream_number ORDER BY b.first DESC LIMIT 1
          ), 0);
          IF item.first <> stream_end THEN
            outcome := CASE WHEN EXISTS (
              SELECT FROM ${s}.blocks b
              WHERE b.stream = stream_number AND b.first = item.first AND b.id = item.id::uuid
            ) THEN -1 ELSE stream_end END;
            EXIT;
          END IF;
          INSERT INTO ${s}.blocks (stream, first, count, term, id, codec, bytes)
            VALUES (stream_number, item.first, item.count, item.term, item.id::uuid, item.codec, item.bytes)
            ON CONFLICT DO NOTHING;
          outcome := -1;
          EXIT WHEN FOUND;
        END LOOP;
        outcomes := outcomes || outcome;
      END LOOP;
      RETURN outcomes;
    END $$`;
}
