import type { Foreseen, NextStep, Verdict } from '@tutti/client';
import { columns } from '../terminal/columns.js';
import type { Output } from '../terminal/output.js';
import { reasonLines } from '../terminal/show-reasons.js';
import { showNext } from './show-next.js';

/** Where a verdict stands in the journal: `verdicts-3@1207`. */
export function placeOf({ partition, revision }: { partition: number; revision: number }): string {
  return `verdicts-${partition}@${revision}`;
}

/** A verdict's first sign and word. */
export function headOf(verdict: Verdict | Foreseen, { colours }: Output): string {
  if (!verdict.accepted) return colours.red('✗ rejected');
  return verdict.irregular === undefined ? colours.green('✓ accepted') : colours.yellow('~ irregular');
}

/** Prints one verdict with its reasons and what may come next. */
export async function showVerdict(
  output: Output,
  verdict: Verdict | Foreseen,
  next: readonly NextStep[],
  nowMs: number,
): Promise<void> {
  const { dim } = output.colours;
  const { decision, subject, moved, by } = verdict;
  const what = [headOf(verdict, output), decision.type ?? 'unreadable', subject?.id ?? decision.subject ?? ''];
  // The forecast of a dry run has no place in the journal.
  const place =
    'revision' in verdict && verdict.revision >= 0
      ? dim(`${placeOf(verdict)}  epoch ${verdict.epoch}`)
      : dim('dry run: nothing was recorded');
  if (verdict.accepted) {
    const move = moved === undefined ? (subject?.state ?? '') : `${moved.from} → ${moved.to}`;
    output.line(columns([[...what, move, `sequence ${subject?.sequence ?? 0}`, place]])[0]);
  } else {
    const who = by?.id ?? participantOf(decision.source);
    output.line(columns([[...what, who === undefined ? '' : `by ${who}`, place]])[0]);
  }
  const reasons = verdict.accepted ? (verdict.irregular ?? []) : verdict.reasons;
  for (const line of reasonLines(reasons, output.colours)) output.line(`  ${line}`);
  if ('duplicate' in verdict && verdict.duplicate) {
    output.line(`  ${dim('again')}     it had been decided before; this is its first verdict`);
  }
  const [first] = reasons;
  if (first !== undefined) {
    const mend = verdict.accepted ? undefined : (await import('@tutti/contracts')).REASON_CODES[first.code]?.mend;
    const help = `tutti help ${first.code}`;
    output.line(`  ${dim('mend')}      ${mend === undefined ? help : `${mend}      ${help}`}`);
  }
  const nextLine = showNext(next, nowMs);
  if (nextLine !== '') output.line(`  ${dim('next')}      ${nextLine}`);
}

/** `seller-3` of `/participants/seller-3`. */
export function participantOf(source: string | undefined): string | undefined {
  return source?.startsWith('/participants/') === true ? source.slice('/participants/'.length) : source;
}
