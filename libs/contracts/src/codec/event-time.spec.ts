import { parseTime } from '@tutti/kernel';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readEventTime } from './event-time.js';

const two = (max: number) => fc.integer({ min: 0, max }).map((n) => String(n).padStart(2, '0'));

describe('the time of an event', () => {
  it('is what the kernel reads, for texts that are times or nearly are', () => {
    const text = fc
      .tuple(
        fc.constantFrom('0000', '0099', '1970', '2024', '2026', '9999', '20x6', '-026'),
        two(13),
        two(32),
        fc.constantFrom('T', 't', ' '),
        two(25),
        two(61),
        two(61),
        fc.constantFrom('', '.000', '.123', '.1', '.12345', ',123', '.1a3'),
        fc.constantFrom('Z', 'z', '+00:00', '-11:30', ''),
      )
      .map(([y, mo, d, t, h, mi, s, f, z]) => `${y}-${mo}-${d}${t}${h}:${mi}:${s}${f}${z}`);
    fc.assert(
      fc.property(text, (time) => {
        expect(readEventTime(time)).toBe(parseTime(time));
      }),
      { numRuns: 5000 },
    );
  });
});
