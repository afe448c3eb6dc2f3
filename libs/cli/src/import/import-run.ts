import type { Decision, Tutti } from '@tutti/client';
import { TuttiError } from '@tutti/kernel';
import { urlOf } from '../session/session.js';
import type { ImportOptions } from './import-options.js';
import { ImportCounts, type ImportProgress, type ImportReport } from './import-report.js';
import type { Rows } from './read-rows.js';
import type { RowDecision, RowTranslator } from './translate-row.js';

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

/** One import under way. */
export class ImportRun {
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
