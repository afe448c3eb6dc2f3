import type { ImportReport } from '@tutti/cli';
import type { Refused } from './enforce.ts';

/** The row of the log with which case 501 begins: the model was written from what stands before it. */
export const FIRST_UNSEEN_ROW = 7220;

const number = (value: number): string => value.toLocaleString('en');

/** What the import found, as lines for a person. */
export function showReport(report: ImportReport, refused: Refused[], outcome: string, url: string): string[] {
  const lines: string[] = [];
  const again = report.duplicates === report.rows ? '   all of them had been decided before: nothing changed' : '';
  lines.push(
    '',
    `${number(report.rows)} decisions about ${number(report.subjects)} cases, one verdict each   ${(report.elapsedMs / 1000).toFixed(1)} s${again}`,
    '',
    `  accepted   ${number(report.accepted).padStart(6)}`,
    `  irregular  ${number(report.irregular).padStart(6)}   accepted as they happened; a rule would have refused them (mode: observe)`,
    `  rejected   ${number(report.rejected).padStart(6)}`,
    '',
    'why',
  );
  const shown = report.findings.slice(0, 12);
  for (const { code, about, count, samples } of shown) {
    const sample = samples[0]!;
    lines.push(
      `  ${number(count).padStart(5)}  ${code.padEnd(18)} ${about.padEnd(28)} ${sample.participant} on ${sample.subject}: ${sample.detail}`,
      `${' '.repeat(27)}npx tutti explain ${sample.position}`,
    );
  }
  const hidden = report.findings.slice(shown.length);
  if (hidden.length > 0) {
    const decisions = hidden.reduce((sum, { count }) => sum + count, 0);
    lines.push(
      `  ${number(decisions).padStart(5)}  of ${hidden.length} more kinds: npx tutti tail verdicts --irregular --no-follow`,
    );
  }
  const unseen = refused.filter(({ id }) => Number(id) >= FIRST_UNSEEN_ROW);
  lines.push(
    '',
    `enforced   ${number(refused.length)} decisions would have been refused: ${number(refused.length - unseen.length)} in the 500 cases the model was written from, ${number(unseen.length)} in the other 550`,
    `           ${byCode(refused)}`,
    '           (a refused decision moves nothing, so what follows it is judged differently from what was observed)',
    '',
    `outcome    ${outcome}`,
    '           the same log gives the same hash, on any machine, in any order of cases: npx tutti audit outcome',
    '',
    `serving    ${url}   Ctrl-C drains and stops`,
    `try        npx tutti subject case-A                 npx tutti tail verdicts --irregular --no-follow`,
    `           npx tutti edges                          npx tutti decide case.register case-demo age=71 --as group-A`,
    `change     examples/hospital/hospital.tutti.yaml    npx tutti model check examples/hospital/hospital.tutti.yaml`,
  );
  return lines;
}

function byCode(refused: Refused[]): string {
  const counts = new Map<string, number>();
  for (const { reasons } of refused) counts.set(reasons[0]!.code, (counts.get(reasons[0]!.code) ?? 0) + 1);
  return [...counts]
    .toSorted(([, left], [, right]) => right - left)
    .map(([code, count]) => `${code} ${count}`)
    .join(' · ');
}
