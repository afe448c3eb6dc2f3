import { TuttiError } from '@tutti/kernel';

const UNITS_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/** Milliseconds of a span: `90s`, `15m`, `1h`, `2d`, also `1d12h`; undefined where the text is none. */
export function parseSpan(text: string): number | undefined {
  const parts = [...text.matchAll(/(\d{1,9})(ms|s|m|h|d|w)/g)];
  if (parts.length === 0 || parts.map(([whole]) => whole).join('') !== text) return undefined;
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * UNITS_MS[unit as keyof typeof UNITS_MS], 0);
}

/** A span in words, at most two units: `1.4 s`, `3 min`, `2 days 4 h`. */
export function showSpan(spanMs: number): string {
  const ms = Math.abs(spanMs);
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0).replace(/\.0$/, '')} s`;
  const minutes = Math.round(ms / 60_000);
  if (minutes < 60) return `${minutes} min`;
  if (ms < DAY_MS - HOUR_MS / 2) {
    const hours = Math.floor(minutes / 60);
    return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  }
  const hours = Math.round(ms / HOUR_MS);
  const days = Math.floor(hours / 24);
  const word = days === 1 ? 'day' : 'days';
  return hours % 24 === 0 ? `${days} ${word}` : `${days} ${word} ${hours % 24} h`;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * A time as people write it: RFC 3339, `now`, or from now (`+2d`, `-3h`).
 *
 * @returns RFC 3339, or undefined where the text is none of these
 */
export function timeText(text: string, nowMs: number): string | undefined {
  if (text === 'now') return new Date(nowMs).toISOString();
  if (text.startsWith('+') || text.startsWith('-')) {
    const span = parseSpan(text.slice(1));
    return span === undefined ? undefined : new Date(nowMs + (text.startsWith('-') ? -span : span)).toISOString();
  }
  return /^\d{4}-\d\d-\d\d[Tt]/.test(text) ? text : undefined;
}

/** @throws TuttiError `usage` */
export function requireTime(text: string, nowMs: number): string {
  const time = timeText(text, nowMs);
  if (time !== undefined) return time;
  throw new TuttiError('usage', `no time: ${text}`, { mend: 'write 2026-03-02T10:00:00Z, or +2d, -3h, now' });
}
