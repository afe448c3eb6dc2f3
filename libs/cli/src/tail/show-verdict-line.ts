import type { Verdict } from '@tutti/client';
import { participantOf, placeOf } from '../decide/show-verdict.js';
import type { Output } from '../terminal/output.js';

/**
 * One verdict on one line: time, sign, type, subject, who, the move or the first reason, place.
 *
 * @param options.subject leave the subject out where all lines are about the same; `date` show the day as well
 */
export function verdictLine(
  output: Output,
  verdict: Verdict,
  options: { subject?: boolean; date?: boolean } = {},
): string {
  const { red, green, yellow, dim } = output.colours;
  const { decision, subject, by, at, moved } = verdict;
  const time = options.date === true ? at.slice(0, 19).replace('T', ' ') : at.slice(11, 23);
  const sign = !verdict.accepted ? red('✗') : verdict.irregular === undefined ? green('✓') : yellow('~');
  const who = by?.role === 'clock' ? 'clock' : (by?.id ?? participantOf(decision.source) ?? '');
  const reasons = verdict.accepted ? verdict.irregular : verdict.reasons;
  const move = moved === undefined ? '' : `${moved.from} → ${moved.to}`;
  const why = reasons?.[0];
  const more = reasons !== undefined && reasons.length > 1 ? ` (+${reasons.length - 1})` : '';
  const what = why === undefined ? move : `${red(why.code)}${more}  ${why.detail}`;
  const cells = [
    dim(time),
    `${sign} ${(decision.type ?? 'unreadable').padEnd(TYPE_WIDTH)}`,
    ...(options.subject === false ? [] : [(subject?.id ?? decision.subject ?? '').padEnd(SUBJECT_WIDTH)]),
    who.padEnd(WHO_WIDTH),
    what,
    dim(placeOf(verdict)),
  ];
  return cells.filter((cell) => cell !== '').join('  ');
}

// A stream cannot know its widest cell: these fit most, longer ones push the rest aside.
const TYPE_WIDTH = 18;
const SUBJECT_WIDTH = 12;
const WHO_WIDTH = 12;
