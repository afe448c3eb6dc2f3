import type { Statement } from '../connection/sessions.js';

/** Bytes of packed blocks in one page, about; a page has at least one block. */
const PAGE_BYTES = 8 * 1024 * 1024;

const COLUMNS = 'first, count, term, id, codec, bytes';
/** Base64 is a third smaller on the wire than the hexadecimal form, and several times quicker to decode. */
const SENT = "first, count, term, id, codec, encode(bytes, 'base64') AS bytes";

/** The journal's statements, by what they do. */
export function journalStatements(schema: string) {
  const s = `"${schema}"`;
  const number = `(SELECT number FROM ${s}.streams WHERE name = $1)`;
  const statements = {
    append: `SELECT array_to_string(${s}.append_blocks(
      $1::text[], $2::int8[], $3::int4[], $4::int8[], $5::text[], $6::text[], $7::bytea[]), ',') AS outcomes`,
    // Begins with the block that holds $2. Sizes are known without fetching the bytes, so only what is sent is fetched.
    read: `SELECT ${SENT} FROM (
        SELECT ${COLUMNS}, sum(octet_length(bytes)) OVER (ORDER BY first) - octet_length(bytes) AS before FROM (
          SELECT ${COLUMNS} FROM ${s}.blocks WHERE stream = ${number} AND first >= coalesce((
            SELECT first FROM ${s}.blocks WHERE stream = ${number} AND first <= $2 ORDER BY first DESC LIMIT 1), 0)
          ORDER BY first LIMIT $3) AS page
      ) AS measured WHERE before < ${PAGE_BYTES} AND first + count > $2 ORDER BY first`,
    last: `SELECT ${SENT} FROM ${s}.blocks WHERE stream = ${number} ORDER BY first DESC LIMIT 1`,
    streams: `SELECT name FROM ${s}.streams ORDER BY name`,
    ends: `SELECT name, (
        SELECT first + count FROM ${s}.blocks WHERE stream = number ORDER BY first DESC LIMIT 1
      ) AS end FROM ${s}.streams WHERE name = ANY($1::text[])`,
    notify: `SELECT pg_notify($1, $2 || ' ' || name) FROM unnest($3::text[]) AS name`,
  };
  return Object.fromEntries(
    Object.entries(statements).map(([name, text]) => [name, { name: `journal-${name}`, text }]),
  ) as Record<keyof typeof statements, Statement>;
}
