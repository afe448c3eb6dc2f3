import type { Output } from '@tutti/cli';
import type { Refused } from './enforce.ts';

/** The row of the log with which case 501 begins: the model was written from what stands before it. */
const FIRST_UNSEEN_ROW = 7220;

/** What enforcing would have refused: in the cases the model was written from, and in those it had not seen. */
export function showEnforced(output: Output, refused: readonly Refused[]): void {
  const { bold, dim } = output.colours;
  const counts = new Map<string, { seen: number; unseen: number }>();
  for (const { id, reasons } of refused) {
    const { code, rule } = reasons[0]!;
    const name = rule === undefined ? code : `${code}  ${rule}`;
    const count = counts.get(name) ?? { seen: 0, unseen: 0 };
    counts.set(name, count);
    if (Number(id) >= FIRST_UNSEEN_ROW) count.unseen++;
    else count.seen++;
  }
  const rows = [...counts].toSorted(([, left], [, right]) => right.seen + right.unseen - left.seen - left.unseen);
  const width = Math.max(0, ...rows.map(([name]) => name.length));
  output.line();
  output.line(`${bold('enforced')}, judged once more in memory: ${refused.length} decisions would have been refused`);
  output.line(dim('  cases the model was written from (500)'));
  output.line(dim('       cases it had not seen (550)'));
  for (const [name, { seen, unseen }] of rows) {
    output.line(`  ${String(seen).padStart(3)}  ${String(unseen).padStart(3)}  ${name.padEnd(width)}`.trimEnd());
  }
  output.line(
    dim('  a refused decision moves nothing, so what follows it is judged differently from what was observed'),
  );
}

/** The outcome hash, and what to try. */
export function showWhatNext(output: Output, outcome: string, url: string): void {
  const { bold, dim, cyan } = output.colours;
  output.line();
  output.line(`${bold('outcome')}    ${outcome}`);
  output.line(
    dim(
      '  the same log gives the same hash, on any machine, however often it was interrupted: npx tutti audit outcome',
    ),
  );
  output.line();
  output.line(`${bold('serving')}    ${cyan(url)}   Ctrl-C drains and stops`);
  output.line('  try      npx tutti subject case-A');
  output.line('           npx tutti tail verdicts --irregular --no-follow');
  output.line('           npx tutti edges');
  output.line('           npx tutti decide case.register case-demo age=71 --as group-A');
  output.line('  change   npx tutti model check examples/hospital/hospital.tutti.yaml');
}
