import type { Output } from '@tutti/cli';
import type { Refused } from './enforce.ts';

/** The row of the log with which case 501 begins: the model was written from what stands before it. */
export const FIRST_UNSEEN_ROW = 7220;

/** What enforcing would have refused: in the cases the model was written from, and in those it had not seen. */
export function showEnforced(output: Output, refused: readonly Refused[]): void {
  const { bold, dim } = output.colours;
  const unseen = refused.filter(({ id }) => Number(id) >= FIRST_UNSEEN_ROW);
  output.line();
  output.line(`${bold('enforced')}   the same decisions judged once more, in memory, as if nothing were only observed`);
  output.line(`  would have been refused: ${refused.length}   ${byCode(refused)}`);
  output.line(`  in the 500 cases the model was written from: ${refused.length - unseen.length}`);
  output.line(`  in the 550 cases it had not seen: ${unseen.length}   ${byCode(unseen)}`);
  output.line(
    dim('  a refused decision moves nothing, so what follows it is judged differently from what was observed'),
  );
}

/** How often each first reason stands, most frequent first. */
function byCode(refused: readonly Refused[]): string {
  const counts = new Map<string, number>();
  for (const { reasons } of refused) {
    const { code, rule } = reasons[0]!;
    const name = rule === undefined ? code : `${code} ${rule}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts]
    .toSorted(([, left], [, right]) => right - left)
    .map(([name, count]) => `${name} ${count}`)
    .join(' · ');
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
