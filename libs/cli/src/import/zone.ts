import { TuttiError } from '@tutti/kernel';

/** Minutes that a zone's clocks are ahead of UTC, at a time given by those clocks themselves. */
export type Zone = (localMs: number) => number;

const OFFSET = /^([+-])(\d\d):?(\d\d)$/;

/**
 * A time zone: `UTC`, `Z`, an offset (`+01:00`), or a name of the IANA database (`Europe/Amsterdam`). A local time that
 * occurs twice is the first of the two; one that does not occur is read with the offset before the change.
 *
 * @throws TuttiError `zone-unknown`
 */
export function zoneOf(name: string): Zone {
  if (name === 'UTC' || name === 'Z') return () => 0;
  const offset = offsetMinutes(name);
  if (offset !== undefined) return () => offset;
  const format = formatOf(name);
  return (localMs) => {
    // The offset a day before and a day after bracket any change; the earlier one wins where both fit or none does.
    const before = offsetAt(format, localMs - 86_400_000);
    const after = offsetAt(format, localMs + 86_400_000);
    if (before === after) return before;
    if (offsetAt(format, localMs - before * 60_000) === before) return before;
    return offsetAt(format, localMs - after * 60_000) === after ? after : before;
  };
}

/** Minutes of `+01:00` or `+0100`; undefined where the text is no offset. */
export function offsetMinutes(text: string): number | undefined {
  const found = OFFSET.exec(text);
  if (found === null) return undefined;
  const [, sign, hours, minutes] = found;
  if (Number(hours) > 23 || Number(minutes) > 59) return undefined;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

function formatOf(name: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
      era: 'short',
    });
  } catch (cause) {
    throw new TuttiError('zone-unknown', `there is no time zone ${name}`, {
      mend: 'write UTC, an offset such as +01:00, or a name such as Europe/Amsterdam',
      cause,
    });
  }
}

function offsetAt(format: Intl.DateTimeFormat, atMs: number): number {
  const parts = Object.fromEntries(format.formatToParts(atMs).map(({ type, value }) => [type, value]));
  const { year, month, day, hour, minute, second } = parts;
  const local = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  return Math.round((local - Math.floor(atMs / 1000) * 1000) / 60_000);
}
