import type { Input } from '../event.js';
import { reason, type Reason } from '../reason.js';
import type { Regime } from '../regime.js';
import type { SubjectState } from '../subject.js';
import { governing, modelOf } from './governing.js';

/** How far a decision's `time` may lie ahead of the recorded time. */
export const TIME_AHEAD_MAX_MS = 5 * 60_000;
/** Window of ids where no subject type says otherwise. */
const WINDOW_DEFAULT_MS = 30 * 86_400_000;

/**
 * Recorded time from which on earlier verdicts count for the ids of this input: the window of its subject type and the
 * leeway of `time` before the input's own recorded time; 0 where ids are remembered for ever.
 */
export function idWindowSince(input: Input, subject: SubjectState | undefined, regime: Regime): number {
  const window = idWindow(input, subject, regime);
  return window === 'forever' ? 0 : Math.max(0, input.atMs - window - TIME_AHEAD_MAX_MS);
}

function idWindow(input: Input, subject: SubjectState | undefined, regime: Regime): number | 'forever' {
  const type = input.event.attributes.type ?? '';
  return governing(type, subject, modelOf(subject, regime))?.definition.ids ?? WINDOW_DEFAULT_MS;
}

/** What is wrong with the time a decision claims; undefined: nothing. */
export function checkTime(input: Input, window: number | 'forever' | undefined): Reason | undefined {
  const { time, timeMs } = input.event.attributes;
  if (timeMs === undefined) {
    if (window === undefined || window === 'forever') return undefined;
    const detail = 'time is missing: the ids of this subject are remembered for a while only (ids: in the model)';
    return reason('envelope-invalid', detail, { pointer: '/time' });
  }
  if (timeMs > input.atMs + TIME_AHEAD_MAX_MS) {
    return reason('time-ahead', `time ${time} is more than 5 minutes ahead of the recorded time`, { pointer: '/time' });
  }
  const isOld = window !== 'forever' && timeMs < input.atMs - (window ?? WINDOW_DEFAULT_MS);
  if (!isOld) return undefined;
  return reason('too-old', `time ${time} lies before the window in which ids are remembered`, { pointer: '/time' });
}
