const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/;

/**
 * Milliseconds since 1970 of an RFC 3339 time, or `undefined` if the text is none (a date that does not exist counts
 * as none). Fractions beyond milliseconds are cut.
 */
export function parseTime(text: string): number | undefined {
  const found = RFC3339.exec(text);
  if (found === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction, zone] = found as unknown as string[];
  const y = Number(year);
  const mo = Number(month);
  const d = Number(day);
  const h = Number(hour);
  const mi = Number(minute);
  const s = Number(second);
  if (mo < 1 || mo > 12 || d < 1 || h > 23 || mi > 59 || s > 59) return undefined;
  const ms = fraction === undefined ? 0 : Number((fraction + '000').slice(1, 4));
  const date = new Date(0);
  date.setUTCFullYear(y, mo - 1, d);
  if (date.getUTCDate() !== d) return undefined;
  date.setUTCHours(h, mi, s, ms);
  let at = date.getTime();
  if (zone !== 'Z' && zone !== 'z') {
    const zh = Number(zone!.slice(1, 3));
    const zm = Number(zone!.slice(4, 6));
    if (zh > 23 || zm > 59) return undefined;
    at -= (zone!.startsWith('-') ? -1 : 1) * (zh * 60 + zm) * 60_000;
  }
  return at;
}

let formattedMs = Number.NaN;
let formatted = '';

/**
 * RFC 3339 text in UTC with milliseconds of a time in milliseconds since 1970. The last one is remembered: what is
 * recorded together has the same time.
 */
export function formatTime(atMs: number): string {
  if (atMs !== formattedMs) {
    formatted = new Date(atMs).toISOString();
    formattedMs = atMs;
  }
  return formatted;
}
