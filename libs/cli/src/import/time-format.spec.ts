import { formatTime } from '@tutti/kernel';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { timeReader } from './time-format.js';
import { zoneOf } from './zone.js';

const read = (format: string, zone: string, text: string): string | undefined => {
  const atMs = timeReader(format, zone)(text);
  return atMs === undefined ? undefined : formatTime(atMs);
};

describe('times of a log', () => {
  it.each([
    ['YYYY/MM/DD HH:mm:ss.SSS', 'UTC', '2014/10/22 11:15:41.000', '2014-10-22T11:15:41.000Z'],
    ['DD.MM.YYYY HH:mm', '+01:00', '01.03.2026 00:30', '2026-02-28T23:30:00.000Z'],
    ['D/M/YYYY H:mm', '-0530', '1/3/2026 9:05', '2026-03-01T14:35:00.000Z'],
    ['YYYY-MM-DD', 'UTC', '2024-02-29', '2024-02-29T00:00:00.000Z'],
    ['YYYY-MM-DDTHH:mm:ssZ', 'UTC', '2026-03-01T10:00:00+02:00', '2026-03-01T08:00:00.000Z'],
    ['iso', 'UTC', '2026-03-01T10:00:00.5Z', '2026-03-01T10:00:00.500Z'],
    ['unix-s', 'UTC', '1700000000.25', '2023-11-14T22:13:20.250Z'],
    ['unix-ms', 'UTC', '1700000000000', '2023-11-14T22:13:20.000Z'],
  ])('%s in %s reads %s', (format, zone, text, expected) => {
    expect(read(format, zone, text)).toBe(expected);
  });

  it.each([
    ['YYYY/MM/DD', '2023/02/29'],
    ['YYYY/MM/DD', '2023-02-28'],
    ['YYYY/MM/DD', ' 2023/02/28'],
    ['YYYY/MM/DD HH:mm', '2023/02/28 24:00'],
    ['YYYY.MM.DD', '2023x02x28'],
    ['unix-s', 'yesterday'],
    ['iso', '2026-03-01'],
  ])('%s does not take %s', (format, text) => {
    expect(read(format, 'UTC', text)).toBeUndefined();
  });

  it.each([
    ['YYYY/MM/DD HH:MM', 'format-unknown'],
    ['YYYY/DD', 'format-unknown'],
    ['dd/MM/YYYY', 'format-unknown'],
  ])('refuses the format %s', (format, code) => {
    expect(() => timeReader(format, 'UTC')).toThrow(expect.objectContaining({ code }));
  });

  it('refuses a zone that does not exist', () => {
    expect(() => timeReader('YYYY-MM-DD', 'Europe/Atlantis')).toThrow(
      expect.objectContaining({ code: 'zone-unknown' }),
    );
  });
});

describe('a zone with daylight saving', () => {
  it.each([
    ['2026-01-15 12:00', '2026-01-15T11:00:00.000Z'],
    ['2026-07-15 12:00', '2026-07-15T10:00:00.000Z'],
    ['2026-03-29 01:59', '2026-03-29T00:59:00.000Z'],
    ['2026-03-29 03:00', '2026-03-29T01:00:00.000Z'],
    // Does not occur: read with the offset before the change.
    ['2026-03-29 02:30', '2026-03-29T01:30:00.000Z'],
    // Occurs twice: the first of the two.
    ['2026-10-25 02:30', '2026-10-25T00:30:00.000Z'],
    ['2026-10-25 03:00', '2026-10-25T02:00:00.000Z'],
  ])('reads %s', (text, expected) => {
    expect(read('YYYY-MM-DD HH:mm', 'Europe/Amsterdam', text)).toBe(expected);
  });

  it('agrees with the zone database for any time that occurs once', () => {
    const zone = zoneOf('America/New_York');
    const local = new Intl.DateTimeFormat('sv-SE', {
      timeZone: 'America/New_York',
      dateStyle: 'short',
      timeStyle: 'medium',
    });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2_000_000_000 }), (seconds) => {
        const localMs = Date.parse(`${local.format(seconds * 1000).replace(' ', 'T')}Z`);
        const backMs = localMs - zone(localMs) * 60_000;
        // In the hour that occurs twice the first is meant: an hour before, at most.
        expect([0, 3_600_000]).toContain(seconds * 1000 - backMs);
      }),
    );
  });
});
