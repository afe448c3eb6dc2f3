import type { FileFormat } from '../database.js';

/*
 * A row a block, in the order of appending: the table only ever grows at its end, the index on (stream, first) is small.
 * FULL: a commit is on the disk before it is acknowledged. No mmap: a read error would then be a signal, not an error.
 */
export const JOURNAL_FORMAT: FileFormat = {
  role: 'journal',
  version: 1,
  tables: `
    CREATE TABLE streams (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
    CREATE TABLE blocks (
      number INTEGER PRIMARY KEY, stream INTEGER NOT NULL REFERENCES streams, first INTEGER NOT NULL,
      count INTEGER NOT NULL, term INTEGER NOT NULL, id TEXT NOT NULL, codec TEXT NOT NULL, bytes BLOB NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX blocks_in_stream ON blocks (stream, first);`,
  settings: 'PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864;',
};
