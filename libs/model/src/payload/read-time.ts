import { parseTime } from '@tutti/kernel';

const DAYS_BEFORE = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
const DAY_MS = 86_400_000;
/** Days from 0000-03-01 to 1970-01-01 in the proleptic Gregorian calendar. */
const EPOCH_DAYS = 719_528;

/**
 * As `parseTime` of the kernel, without its regular expression for the common form `2026-03-04T18:00:00Z`, with or
 * without `.123`.
 *
 * @returns milliseconds since 1970, or `undefined` if the text is no RFC 3339 time
 */
export function readTime(text: string): number | undefined {
  const { length } = text;
  if ((length !== 20 && length !== 24) || text.charCodeAt(length - 1) !== 90 || text.charCodeAt(10) !== 84) {
    return parseTime(text);
  }
  const year = two(text, 0) * 100 + two(text, 2);
  const month = two(text, 5);
  const day = two(text, 8);
  const hour = two(text, 11);
  const minute = two(text, 14);
  const second = two(text, 17);
  const separated =
    text.charCodeAt(4) === 45 && text.charCodeAt(7) === 45 && text.charCodeAt(13) === 58 && text.charCodeAt(16) === 58;
  let ms = 0;
  if (length === 24) {
    const last = text.charCodeAt(22) - 48;
    ms = text.charCodeAt(19) === 46 && last >= 0 && last <= 9 ? two(text, 20) * 10 + last : NaN;
  }
  const sum = year + month + day + hour + minute + second + ms;
  // Days to 28 exist in every month; the rest is left to the exact reader.
  const common =
    separated &&
    sum === sum &&
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= 28 &&
    hour < 24 &&
    minute < 60 &&
    second < 60;
  if (!common) return parseTime(text);
  const leaps = month > 2 ? leapDays(year + 1) : leapDays(year);
  const days = year * 365 + leaps + DAYS_BEFORE[month - 1]! + day - 1 - EPOCH_DAYS;
  return days * DAY_MS + hour * 3_600_000 + minute * 60_000 + second * 1000 + ms;
}

/** Leap days in the years before. */
function leapDays(year: number): number {
  if (year <= 0) return 0;
  const past = year - 1;
  return 1 + Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400);
}

function two(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48;
  const ones = text.charCodeAt(at + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NaN;
}
