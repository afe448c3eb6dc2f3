import { formatTime, parseTime, TuttiError } from '@tutti/kernel';
import type { Backbone } from '@tutti/runtime';

const UNITS_MS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * The time `since` means: RFC 3339, or how long ago (`30s 15m 1h 2d`).
 *
 * @throws TuttiError `malformed`
 */
export function sinceTime(since: string, nowMs: number): number {
  const [, count, unit] = /^(\d{1,9})([smhd])$/.exec(since) ?? [];
  if (count !== undefined && unit !== undefined) return nowMs - Number(count) * UNITS_MS[unit]!;
  const time = parseTime(since);
  if (time !== undefined) return time;
  throw new TuttiError('malformed', `since is neither a time nor a duration: ${since}`, {
    mend: 'write 2026-03-02T10:00:00Z, or 30s, 15m, 1h, 2d',
    facts: { errors: [{ code: 'malformed', pointer: '/since', message: 'neither a time nor a duration' }] },
  });
}

/** The place in all partitions of the first verdict recorded at or after a time, by binary search. */
export async function positionsSince(backbone: Backbone, sinceMs: number): Promise<number[]> {
  const since = formatTime(Math.max(0, sinceMs));
  return Promise.all(backbone.tails().map((tail, partition) => firstSince(backbone, partition, tail, since)));
}

async function firstSince(backbone: Backbone, partition: number, tail: number, since: string): Promise<number> {
  let low = 0;
  let high = tail + 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    const { verdicts } = await backbone.verdicts(partition, middle, 1);
    const [verdict] = verdicts;
    if (verdict === undefined || verdict.revision >= high) high = middle;
    else if (verdict.at < since) low = verdict.revision + 1;
    else high = middle;
  }
  return low;
}
