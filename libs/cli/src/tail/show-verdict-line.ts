import type { Verdict } from '@tutti/client';
import { parseTime } from '@tutti/kernel';
import { participantOf, placeOf } from '../decide/show-verdict.js';
import { columns } from '../terminal/columns.js';
import type { Output } from '../terminal/output.js';

/** One verdict of a stream on one line: time, sign, type, subject, who, the move or the first reason, place. */
export function verdictLine(output: Output, verdict: Verdict): string {
  const { decision, subject } = verdict;
  const cells = [
    output.colours.dim(verdict.at.slice(11, 23)),
    `${signOf(output, verdict)} ${(decision.type ?? 'unreadable').padEnd(TYPE_WIDTH)}`,
    (subject?.id ?? decision.subject ?? '').padEnd(SUBJECT_WIDTH),
    whoOf(verdict).padEnd(WHO_WIDTH),
    whatOf(output, verdict),
    output.colours.dim(placeOf(verdict)),
  ];
  return cells.filter((cell) => cell !== '').join('  ');
}

// A stream cannot know its widest cell: these fit most, longer ones push the rest aside.
const TYPE_WIDTH = 18;
const SUBJECT_WIDTH = 12;
const WHO_WIDTH = 12;

/** The verdicts of one subject in aligned columns. The time is the one the decision claims, where that is another. */
export function historyLines(output: Output, history: readonly Verdict[]): string[] {
  const { dim } = output.colours;
  return columns(
    history.map((verdict) => [
      dim(timeOf(verdict)),
      `${signOf(output, verdict)} ${verdict.decision.type ?? 'unreadable'}`,
      whoOf(verdict),
      dim(placeOf(verdict)),
      whatOf(output, verdict),
    ]),
  );
}

const CLAIM_DIFFERS_MS = 5 * 60_000;

/** Whether a decision claims to have been taken at another time than it was recorded. */
export function claimsOtherTime({ decision, at }: Verdict): boolean {
  const claimedMs = typeof decision.time === 'string' ? parseTime(decision.time) : undefined;
  return claimedMs !== undefined && Math.abs(claimedMs - (parseTime(at) ?? 0)) > CLAIM_DIFFERS_MS;
}

function timeOf(verdict: Verdict): string {
  const time = claimsOtherTime(verdict) ? verdict.decision.time! : verdict.at;
  return time.slice(0, 19).replace('T', ' ');
}

function signOf({ colours }: Output, verdict: Verdict): string {
  if (!verdict.accepted) return colours.red('✗');
  return verdict.irregular === undefined ? colours.green('✓') : colours.yellow('~');
}

function whoOf({ by, decision }: Verdict): string {
  return by?.role === 'clock' ? 'clock' : (by?.id ?? participantOf(decision.source) ?? '');
}

/** The move, or the first reason with how many more there are. */
function whatOf({ colours }: Output, verdict: Verdict): string {
  const { moved } = verdict;
  const [first, ...others] = (verdict.accepted ? verdict.irregular : verdict.reasons) ?? [];
  if (first === undefined) return moved === undefined ? '' : `${moved.from} → ${moved.to}`;
  const more = others.length === 0 ? '' : ` (+${others.length})`;
  return `${colours.red(first.code)}${more}  ${first.detail}`;
}
