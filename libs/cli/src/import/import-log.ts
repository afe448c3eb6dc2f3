import { readFile } from 'node:fs/promises';
import { connect, type Decision, type Token, type Tutti } from '@tutti/client';
import { TuttiError } from '@tutti/kernel';
import { registryOf } from '../session/registry.js';
import { urlOf } from '../session/session.js';
import { ImportCounts, type ImportProgress, type ImportReport } from './import-report.js';
import { parseImportMap } from './map/parse-import-map.js';
import type { ImportMap } from './map/import-map.js';
import { openRows, type Rows } from './read-rows.js';
import { registerRoles } from './register-roles.js';
import { type RowDecision, rowTranslator, type RowTranslator } from './translate-row.js';

/** What to import, and how. */
export interface ImportOptions {
  /** Path of the CSV file. */
  log: string;
  /** Path of the map (docs/reference/import.md). */
  map: string;
  /** Default: `$TUTTI_URL`, else `http://127.0.0.1:4400`. */
  url?: string;
  /** Of an operator, for registering the participants of `roles`; the decisions are sent without. */
  token?: Token;
  /** Rows before are read, not sent. Default 1. */
  fromRow?: number;
  /** Most rows to send. Default: all. */
  limit?: number;
  /** Decisions a request, 1 to 1,000. Default 250. */
  batch?: number;
  /** Requests under way at once; a subject's rows never overlap. Default 4. */
  lanes?: number;
  /** For each request, its repetitions included, milliseconds. Default 30,000. */
  timeoutMs?: number;
  /** Author and reason on record for registering the participants of `roles`. */
  by?: string;
  because?: string;
  /** Called after every decision that was answered. */
  onProgress?: (progress: ImportProgress) => void;
  /** Aborted: no more rows are read, those under way get their verdicts, {@link ImportStoppedError} says where to go on. */
  signal?: AbortSignal;
}

/** The import ended before its last row. Code `import-stopped`, or that of what ended it (its `cause`). */
export class ImportStoppedError extends TuttiError {
  constructor(
    code: string,
    message: string,
    details: { where: string; mend: string; cause?: unknown },
    /** Row to go on from: every row before it has its verdict. */
    readonly nextRow: number,
    /** What was done until then. */
    readonly report: ImportReport,
  ) {
    super(code, message, { ...details, retryable: true, facts: { nextRow } });
  }
}

/**
 * Imports an event log: each row becomes one decision, sent in batches over HTTP, the rows of a subject in file order.
 * Importing the same log again changes nothing: every row is answered with its first verdict.
 *
 * @throws ImportStoppedError it ended half-way: a row that cannot be translated, no backbone, `signal`
 * @throws TuttiError `file-unreadable`, `import-map-invalid`, `import-column-missing`, and what registering participants
 * throws: nothing was decided
 */
export async function importLog(options: ImportOptions): Promise<ImportReport> {
  const map = await readImportMap(options.map);
  const rows = await openRows(options.log, map.file);
  const translate = rowTranslator(map, rows.columns, options.log);
  const { registered, present } = await registerRoles(registryOf(options), map.roles);
  const tutti = await connect({ url: urlOf(options.url), timeoutMs: options.timeoutMs ?? 30_000 });
  try {
    const run = new ImportRun(options, rows, translate, { registered, present });
    return await run.send(tutti);
  } finally {
    await tutti.close();
  }
}

/** Reads a map file. @throws TuttiError `file-unreadable`, `import-map-invalid` */
export async function readImportMap(path: string): Promise<ImportMap> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw new TuttiError('file-unreadable', `the map cannot be read: ${reason}`, {
      where: path,
      mend: 'name the map of the log: --map FILE',
      cause,
    });
  }
  return parseImportMap(text, path);
}

/** One import under way. */
class ImportRun {
  readonly #options: ImportOptions;
  readonly #rows: Rows;
  readonly #translate: RowTranslator;
  readonly #participants: { registered: string[]; present: string[] };
  readonly #counts = new ImportCounts();
  readonly #startedMs = performance.now();
  /** Rows sent and not answered yet, in order. */
  readonly #underWay: { row: number; bytes: number }[] = [];
  /** Of the log, up to the last row answered. */
  #bytes = 0;
  #skipped = 0;
  #nextRow: number;
  /** Why no more rows are read. Those before get their verdicts first. */
  #ended: { cause: unknown } | undefined;

  constructor(
    options: ImportOptions,
    rows: Rows,
    translate: RowTranslator,
    participants: { registered: string[]; present: string[] },
  ) {
    this.#options = options;
    this.#rows = rows;
    this.#translate = translate;
    this.#participants = participants;
    this.#nextRow = options.fromRow ?? 1;
  }

  async send(tutti: Tutti): Promise<ImportReport> {
    const { batch, lanes, onProgress } = this.#options;
    try {
      const decided = tutti.decideMany(this.#decisions(), {
        ...(batch === undefined ? {} : { batch }),
        ...(lanes === undefined ? {} : { lanes }),
      });
      for await (const { decision, verdict } of decided) {
        const { row, bytes } = this.#underWay.shift()!;
        this.#nextRow = this.#underWay[0]?.row ?? row + 1;
        this.#bytes = bytes;
        const { type, subject, participant } = decision as RowDecision;
        this.#counts.add({
          row,
          type,
          subject,
          participant,
          accepted: verdict.accepted,
          reasons: verdict.accepted ? (verdict.irregular ?? []) : verdict.reasons,
          position: verdict.position,
          duplicate: verdict.duplicate,
        });
        onProgress?.(this.#progress());
      }
    } catch (error) {
      throw this.#stopped(error);
    }
    if (this.#ended !== undefined) throw this.#stopped(this.#ended.cause);
    return this.#report();
  }

  async *#decisions(): AsyncGenerator<Decision, void, undefined> {
    const { fromRow = 1, limit = Infinity, signal } = this.#options;
    let sent = 0;
    try {
      for await (const row of this.#rows.rows) {
        if (row.number < fromRow) continue;
        if (sent >= limit) return;
        signal?.throwIfAborted();
        const decision = this.#translate(row);
        if (decision === undefined) {
          this.#skipped++;
          continue;
        }
        sent++;
        this.#underWay.push({ row: row.number, bytes: row.bytes });
        yield { ...decision, basedOn: null };
      }
    } catch (cause) {
      this.#ended = { cause };
    }
  }

  #progress(): ImportProgress {
    const { rows, irregular, rejected, duplicates } = this.#counts;
    const share = Math.min(1, this.#bytes / this.#rows.bytes);
    return { rows, irregular, rejected, duplicates, share, elapsedMs: performance.now() - this.#startedMs };
  }

  #report(): ImportReport {
    const counts = this.#counts;
    const { log, map, url } = this.#options;
    return {
      log,
      map,
      url: urlOf(url),
      rows: counts.rows,
      ...(counts.firstRow === undefined ? {} : { firstRow: counts.firstRow, lastRow: counts.lastRow! }),
      skipped: this.#skipped,
      subjects: counts.subjects,
      accepted: counts.accepted,
      irregular: counts.irregular,
      rejected: counts.rejected,
      duplicates: counts.duplicates,
      findings: counts.findings(),
      ...this.#participants,
      elapsedMs: Math.round(performance.now() - this.#startedMs),
    };
  }

  #stopped(cause: unknown): ImportStoppedError {
    const nextRow = this.#nextRow;
    const report = this.#report();
    if (this.#options.signal?.aborted === true) {
      const mend = `go on with --from-row ${nextRow}, or from the beginning: what was decided stays decided`;
      return new ImportStoppedError(
        'import-stopped',
        `stopped before row ${nextRow}`,
        { where: this.#options.log, mend, cause },
        nextRow,
        report,
      );
    }
    const known = cause instanceof TuttiError ? cause : undefined;
    const code = known?.code ?? 'internal';
    const where = known?.where ?? `${this.#options.log}, row ${nextRow}`;
    const mend = `${known?.mend === undefined ? '' : `${known.mend}; `}then go on with --from-row ${nextRow}`;
    return new ImportStoppedError(code, known?.message ?? String(cause), { where, mend, cause }, nextRow, report);
  }
}
