import { columns, cut, grouped } from '../terminal/columns.js';
import type { Output } from '../terminal/output.js';
import { showSpan } from '../terminal/spans.js';
import type { Finding, ImportProgress, ImportReport } from './import-report.js';

/** Prints what an import did: numbers, then why, by code, with the command that explains a sample. */
export function showImportReport(output: Output, report: ImportReport): void {
  const { green, yellow, red, dim, bold } = output.colours;
  const { rows, accepted, irregular, rejected, duplicates, subjects, skipped, elapsedMs } = report;
  const rate = elapsedMs === 0 ? '' : `, ${grouped(Math.round((rows / elapsedMs) * 1000))} a second`;
  output.line(
    `${bold(grouped(rows))} decisions on ${grouped(subjects)} subjects   ${dim(`${showSpan(elapsedMs)}${rate}`)}`,
  );
  const counts: string[][] = [
    [green('accepted'), grouped(accepted)],
    [
      yellow('irregular'),
      grouped(irregular),
      share(irregular, rows),
      'accepted, and enforcing would have refused them',
    ],
    [red('rejected'), grouped(rejected), share(rejected, rows)],
  ];
  if (duplicates > 0) {
    counts.push([
      dim('duplicates'),
      grouped(duplicates),
      '',
      duplicates === rows ? 'all had been imported before: nothing has changed' : 'had been decided before',
    ]);
  }
  if (skipped > 0) counts.push([dim('left out'), grouped(skipped), '', 'by the map']);
  const width = Math.max(...counts.map(([, count]) => count!.length));
  for (const row of counts) row[1] = row[1]!.padStart(width);
  for (const line of columns(counts)) output.line(`  ${line}`);
  showFindings(
    output,
    report.findings.filter(({ verdict }) => verdict === 'irregular'),
    'irregular',
  );
  showFindings(
    output,
    report.findings.filter(({ verdict }) => verdict === 'rejected'),
    'rejected',
  );
}

/** Findings of one kind by code, most frequent first. */
function showFindings(output: Output, findings: readonly Finding[], title: string): void {
  if (findings.length === 0) return;
  const { dim, bold, red } = output.colours;
  output.line();
  output.line(`${bold(title)}, by reason   ${dim('a decision with several counts in each')}`);
  for (const [code, list] of byCode(findings)) {
    const count = list.reduce((sum, one) => sum + one.count, 0);
    output.line(`  ${red(code)}  ${grouped(count)}   ${dim(`tutti help ${code}`)}`);
    const rows = list.map(({ about, count: number, samples: [sample] }) => [
      grouped(number).padStart(6),
      about,
      sample === undefined ? '' : `${dim(`row ${sample.row}`)}  ${sample.subject}`,
      sample === undefined ? '' : `tutti explain ${sample.position}`,
      sample === undefined ? '' : dim(cut(sample.detail, DETAIL_MOST)),
    ]);
    for (const line of columns(rows)) output.line(`  ${line}`);
  }
}

const DETAIL_MOST = 90;

function byCode(findings: readonly Finding[]): Map<string, Finding[]> {
  const codes = new Map<string, Finding[]>();
  for (const finding of findings) codes.set(finding.code, [...(codes.get(finding.code) ?? []), finding]);
  return codes;
}

function share(part: number, whole: number): string {
  return whole === 0 || part === 0 ? '' : `${((100 * part) / whole).toFixed(1)} %`;
}

const BAR_WIDTH = 30;
const REDRAW_EVERY_MS = 100;

/** Shows progress as it comes: a bar on a terminal, else a line at each tenth. */
export class ImportProgressBar {
  readonly #output: Output;
  #drawnMs = -REDRAW_EVERY_MS;
  #tenth = 0;

  constructor(output: Output) {
    this.#output = output;
  }

  show(progress: ImportProgress): void {
    if (this.#output.interactive) {
      if (progress.elapsedMs - this.#drawnMs < REDRAW_EVERY_MS) return;
      this.#drawnMs = progress.elapsedMs;
      this.#output.redraw(this.#line(progress));
      return;
    }
    const tenth = Math.floor(progress.share * 10);
    if (tenth <= this.#tenth) return;
    this.#tenth = tenth;
    this.#output.remark(`  ${String(tenth * 10).padStart(3)} %  ${numbers(progress)}`);
  }

  /** Takes the bar away. */
  end(): void {
    if (this.#output.interactive) this.#output.redraw('');
  }

  #line(progress: ImportProgress): string {
    const { cyan, dim } = this.#output.errorColours;
    const full = Math.round(progress.share * BAR_WIDTH);
    const bar = `${cyan('█'.repeat(full))}${dim('░'.repeat(BAR_WIDTH - full))}`;
    return `  ${bar}  ${String(Math.floor(progress.share * 100)).padStart(3)} %  ${numbers(progress)}`;
  }
}

function numbers({ rows, irregular, rejected, duplicates, elapsedMs }: ImportProgress): string {
  const parts = [`${grouped(rows)} decisions`];
  if (irregular > 0) parts.push(`${grouped(irregular)} irregular`);
  if (rejected > 0) parts.push(`${grouped(rejected)} rejected`);
  if (duplicates > 0) parts.push(`${grouped(duplicates)} known before`);
  if (elapsedMs > 500) parts.push(`${grouped(Math.round((rows / elapsedMs) * 1000))}/s`);
  return parts.join(' · ');
}
