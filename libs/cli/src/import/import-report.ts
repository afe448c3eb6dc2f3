import type { Reason } from '@tutti/client';

/** What an import did. */
export interface ImportReport {
  /** Paths as given. */
  log: string;
  map: string;
  url: string;
  /** Rows sent and answered. */
  rows: number;
  /** First and last row sent; absent where none was. */
  firstRow?: number;
  lastRow?: number;
  /** Rows the map leaves out. */
  skipped: number;
  subjects: number;
  /** Accepted without a remark. `accepted + irregular + rejected = rows`. */
  accepted: number;
  /** Accepted although a rule would refuse them. */
  irregular: number;
  rejected: number;
  /** How many of the rows had been decided before: they were answered with their first verdict. */
  duplicates: number;
  /** Why, most frequent first. A decision with several reasons counts in each. */
  findings: Finding[];
  /** Participants registered now, and those that were there already. */
  registered: string[];
  present: string[];
  elapsedMs: number;
}

/** One reason of many decisions. */
export interface Finding {
  verdict: 'irregular' | 'rejected';
  code: string;
  /** The rule (`case.triage/once`), else the decision's type. */
  about: string;
  count: number;
  /** The first three. */
  samples: FindingSample[];
}

export interface FindingSample {
  row: number;
  /** `3-1207`: what `tutti explain` takes. */
  position: string;
  subject: string;
  type: string;
  participant: string;
  detail: string;
}

/** How far an import is. */
export interface ImportProgress {
  rows: number;
  irregular: number;
  rejected: number;
  duplicates: number;
  /** Share of the log that has its verdicts, by bytes, 0 to 1. */
  share: number;
  elapsedMs: number;
}

/** A decision with its verdict, as far as the report looks at it. */
export interface DecidedRow {
  row: number;
  type: string;
  subject: string;
  participant: string;
  accepted: boolean;
  reasons: readonly Reason[];
  position: string;
  duplicate: boolean;
}

const SAMPLES_MAX = 3;

/** Counts verdicts as they come. */
export class ImportCounts {
  rows = 0;
  firstRow: number | undefined;
  lastRow: number | undefined;
  accepted = 0;
  irregular = 0;
  rejected = 0;
  duplicates = 0;
  readonly #subjects = new Set<string>();
  readonly #findings = new Map<string, Finding>();

  add(decided: DecidedRow): void {
    this.rows++;
    this.firstRow ??= decided.row;
    this.lastRow = decided.row;
    this.#subjects.add(decided.subject);
    if (decided.duplicate) this.duplicates++;
    if (!decided.accepted) this.rejected++;
    else if (decided.reasons.length > 0) this.irregular++;
    else this.accepted++;
    const kinds = new Set<string>();
    for (const reason of decided.reasons) this.#find(decided, reason, kinds);
  }

  get subjects(): number {
    return this.#subjects.size;
  }

  findings(): Finding[] {
    return [...this.#findings.values()].toSorted((left, right) => right.count - left.count);
  }

  /** @param kinds what this decision has counted in already: two schema errors of one decision are one finding */
  #find(decided: DecidedRow, reason: Reason, kinds: Set<string>): void {
    const verdict = decided.accepted ? 'irregular' : 'rejected';
    const about = reason.rule ?? decided.type;
    const kind = `${verdict} ${reason.code} ${about}`;
    if (kinds.has(kind)) return;
    kinds.add(kind);
    const finding = this.#findings.get(kind) ?? { verdict, code: reason.code, about, count: 0, samples: [] };
    this.#findings.set(kind, finding);
    finding.count++;
    if (finding.samples.length < SAMPLES_MAX) {
      const { row, position, subject, type, participant } = decided;
      finding.samples.push({ row, position, subject, type, participant, detail: reason.detail });
    }
  }
}
