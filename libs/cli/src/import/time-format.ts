import { parseTime, TuttiError } from '@tutti/kernel';
import { offsetMinutes, type Zone, zoneOf } from './zone.js';

/** Milliseconds since 1970 of a text, or undefined where it does not fit. */
export type TimeReader = (text: string) => number | undefined;

type Field = 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second' | 'millisecond' | 'offset';

const TOKENS: readonly (readonly [string, Field, string])[] = [
  ['YYYY', 'year', '(\\d{4})'],
  ['MM', 'month', '(\\d{2})'],
  ['M', 'month', '(\\d{1,2})'],
  ['DD', 'day', '(\\d{2})'],
  ['D', 'day', '(\\d{1,2})'],
  ['HH', 'hour', '(\\d{2})'],
  ['H', 'hour', '(\\d{1,2})'],
  ['mm', 'minute', '(\\d{2})'],
  ['ss', 'second', '(\\d{2})'],
  ['SSS', 'millisecond', '(\\d{3})'],
  ['Z', 'offset', '(Z|[+-]\\d{2}:?\\d{2})'],
];

const NEEDED: readonly Field[] = ['year', 'month', 'day'];

/**
 * A reader of times in a format of docs/reference/import.md: `iso`, `unix-s`, `unix-ms`, or letters such as
 * `YYYY/MM/DD HH:mm:ss.SSS` in a zone.
 *
 * @throws TuttiError `format-unknown`, `zone-unknown`
 */
export function timeReader(format: string, zoneName: string): TimeReader {
  switch (format) {
    case 'iso':
      return parseTime;
    case 'unix-s':
      return (text) => (/^-?\d{1,12}(\.\d{1,9})?$/.test(text) ? Math.floor(Number(text) * 1000) : undefined);
    case 'unix-ms':
      return (text) => (/^-?\d{1,15}$/.test(text) ? Number(text) : undefined);
    default:
      return lettersReader(format, zoneOf(zoneName));
  }
}

function lettersReader(format: string, zone: Zone): TimeReader {
  const fields: Field[] = [];
  let pattern = '';
  for (let at = 0; at < format.length;) {
    const token = TOKENS.find(([letters]) => format.startsWith(letters, at));
    if (token === undefined) {
      const sign = format[at]!;
      if (/[A-SU-Za-su-z]/.test(sign)) throw unknownFormat(format, `\`${sign}\` stands for nothing`);
      pattern += sign.replace(/[\\^$.*+?()[\]{}|]/, '\\$&');
      at += 1;
      continue;
    }
    if (fields.includes(token[1])) throw unknownFormat(format, `the ${token[1]} stands in it twice`);
    fields.push(token[1]);
    pattern += token[2];
    at += token[0].length;
  }
  const missing = NEEDED.find((field) => !fields.includes(field));
  if (missing !== undefined) throw unknownFormat(format, `the ${missing} is not in it`);
  const expression = new RegExp(`^${pattern}$`);
  return (text) => {
    const found = expression.exec(text);
    if (found === null) return undefined;
    const read: Partial<Record<Field, string>> = {};
    fields.forEach((field, index) => (read[field] = found[index + 1]!));
    return timeOf(read, zone);
  };
}

function timeOf(read: Partial<Record<Field, string>>, zone: Zone): number | undefined {
  const two = (text = '0'): string => text.padStart(2, '0');
  const date = `${read.year}-${two(read.month)}-${two(read.day)}`;
  const time = `${two(read.hour)}:${two(read.minute)}:${two(read.second)}.${read.millisecond ?? '000'}`;
  // The kernel refuses dates that do not exist.
  const localMs = parseTime(`${date}T${time}Z`);
  if (localMs === undefined) return undefined;
  const offset = read.offset === undefined ? zone(localMs) : read.offset === 'Z' ? 0 : offsetMinutes(read.offset);
  return offset === undefined ? undefined : localMs - offset * 60_000;
}

function unknownFormat(format: string, why: string): TuttiError {
  return new TuttiError('format-unknown', `no format of times: ${format}: ${why}`, {
    mend: 'write it in YYYY MM DD HH mm ss SSS Z, or iso, unix-s, unix-ms',
  });
}
