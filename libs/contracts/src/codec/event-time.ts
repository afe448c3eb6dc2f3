import { parseTime } from '@tutti/kernel';

/**
 * Milliseconds since 1970 of an RFC 3339 time, or undefined if the text is none. The same as the kernel's `parseTime`;
 * the form that most senders write, UTC with or without milliseconds, is read without a regular expression, since
 * every decision has such a time.
 */
export function readEventTime(text: string): number | undefined {
  const { length } = text;
  if ((length !== 24 && length !== 20) || text.charCodeAt(length - 1) !== 0x5a) return parseTime(text);
  const year = number(text, 0, 4);
  const month = number(text, 5, 7);
  const day = number(text, 8, 10);
  const hour = number(text, 11, 13);
  const minute = number(text, 14, 16);
  const second = number(text, 17, 19);
  const ms = length === 24 ? number(text, 20, 23) : 0;
  const isPlain =
    (year | month | day | hour | minute | second | ms) >= 0 &&
    text.charCodeAt(4) === 0x2d &&
    text.charCodeAt(7) === 0x2d &&
    text.charCodeAt(10) === 0x54 &&
    text.charCodeAt(13) === 0x3a &&
    text.charCodeAt(16) === 0x3a &&
    (length === 20 || text.charCodeAt(19) === 0x2e);
  // Day 29 and later depend on the month; years before 100 mean others to Date.UTC.
  if (!isPlain || day > 28 || year < 100) return parseTime(text);
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59) return undefined;
  return Date.UTC(year, month - 1, day, hour, minute, second, ms);
}

/** The digits from `from` to before `to` as a number; -1 if one of them is no digit. */
function number(text: string, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}
