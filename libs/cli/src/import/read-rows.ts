import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { TuttiError } from '@tutti/kernel';
import type { FileShape } from './map/import-map.js';

/** One row of a log below its header. */
export interface Row {
  /** From 1. */
  number: number;
  /** Line of the file its last cell ends on, from 1. */
  line: number;
  /** Bytes of the file up to its end. */
  bytes: number;
  /** As many as there are columns. */
  cells: string[];
}

/** A log opened: its columns, and how its rows are read. */
export interface Rows {
  columns: string[];
  /** Of the file. */
  bytes: number;
  /** In file order, once. @throws TuttiError `import-row-invalid` a row that is no CSV, or has another number of cells */
  rows: AsyncGenerator<Row, void, undefined>;
  /** Gives the file back. */
  close(): void;
}

/**
 * Opens a CSV file and reads its header.
 *
 * @throws TuttiError `file-unreadable`, `import-row-invalid`
 */
export async function openRows(path: string, shape: FileShape): Promise<Rows> {
  const bytes = await sizeOf(path);
  const texts = Readable.from(decoded(createReadStream(path), shape.encoding));
  const parser = texts.pipe(
    parse({ delimiter: shape.separator, quote: shape.quote, info: true, skip_empty_lines: true }),
  );
  // A pipe does not pass errors on.
  texts.once('error', (error) => parser.destroy(error));
  const records = parser[Symbol.asyncIterator]() as AsyncIterator<Parsed, void, undefined>;
  const close = (): void => {
    texts.destroy();
    parser.destroy();
  };
  const header = await next(path, records);
  if (header === undefined) {
    throw new TuttiError('import-row-invalid', 'the log is empty', {
      where: path,
      mend: 'its first line names the columns',
    });
  }
  return { columns: header.record, bytes, rows: rowsOf(path, records), close };
}

/** Bytes as text, a byte order mark cut. @throws TypeError they are not of this encoding */
async function* decoded(file: AsyncIterable<Buffer>, encoding: string): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  for await (const bytes of file) yield decoder.decode(bytes, { stream: true });
  yield decoder.decode();
}

interface Parsed {
  record: string[];
  info: { lines: number; bytes: number };
}

async function* rowsOf(path: string, records: AsyncIterator<Parsed>): AsyncGenerator<Row, void, undefined> {
  try {
    // The parser counts a CRLF inside quotes as two lines.
    let counted = 0;
    for (let number = 1; ; number++) {
      const parsed = await next(path, records);
      if (parsed === undefined) return;
      const { record, info } = parsed;
      for (const cell of record) if (cell.includes('\r\n')) counted += cell.split('\r\n').length - 1;
      yield { number, line: info.lines - counted, bytes: info.bytes, cells: record };
    }
  } finally {
    await records.return?.();
  }
}

async function next(path: string, records: AsyncIterator<Parsed>): Promise<Parsed | undefined> {
  try {
    const { done, value } = await records.next();
    return done === true ? undefined : value;
  } catch (cause) {
    if (cause instanceof TypeError) {
      throw new TuttiError('import-row-invalid', 'it holds bytes that are no text in the encoding of the map', {
        where: path,
        mend: 'say how it is written: `file: { encoding: windows-1252 }`',
        cause,
      });
    }
    if (!(cause instanceof CsvError)) throw unreadable(path, cause);
    const line = 'lines' in cause && typeof cause.lines === 'number' ? `:${cause.lines}` : '';
    throw new TuttiError('import-row-invalid', `not a row of this log: ${cause.message}`, {
      where: path + line,
      mend: 'is `file.separator` of the map the one of the log, and are its quotes in pairs?',
      cause,
    });
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    const found = await stat(path);
    if (found.isFile()) return found.size;
  } catch (cause) {
    throw unreadable(path, cause);
  }
  throw new TuttiError('file-unreadable', 'this is no file', { where: path, mend: 'name a file' });
}

function unreadable(path: string, cause: unknown): TuttiError {
  const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
  return new TuttiError('file-unreadable', `it cannot be read: ${reason}`, {
    where: path,
    mend: 'look at its name and at who may read it',
    cause,
  });
}
