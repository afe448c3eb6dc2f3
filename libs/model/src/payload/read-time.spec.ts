import { formatTime, parseTime } from '@tutti/kernel';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTime } from './read-time.js';

describe('readTime', () => {
  it('reads every time as the kernel does', () => {
    fc.assert(
      fc.property(fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 }), (ms) => {
        expect(readTime(formatTime(ms))).toBe(ms);
        expect(readTime(formatTime(ms).replace(/\.\d+Z$/, 'Z'))).toBe(Math.floor(ms / 1000) * 1000);
      }),
      { numRuns: 2000 },
    );
  });

  it('takes and refuses the same texts as the kernel', () => {
    const digits = fc.integer({ min: 0, max: 99 }).map((n) => String(n).padStart(2, '0'));
    const text = fc
      .tuple(
        digits,
        digits,
        digits,
        digits,
        digits,
        digits,
        digits,
        fc.constantFrom('Z', '.123Z', '.1a3Z', '+02:00', ''),
      )
      .map(([a, b, c, d, e, f, g, end]) => `${a}${b}-${c}-${d}T${e}:${f}:${g}${end}`);
    fc.assert(
      fc.property(fc.oneof(text, fc.string({ minLength: 20, maxLength: 24 })), (candidate) => {
        expect(readTime(candidate)).toBe(parseTime(candidate));
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    '0000-01-01T00:00:00Z',
    '0000-02-28T00:00:00Z',
    '0000-03-01T00:00:00Z',
    '2000-02-29T12:00:00Z',
    '1900-03-01T00:00:00.001Z',
  ])('reads %s as the kernel does', (text) => {
    expect(readTime(text)).toBe(parseTime(text));
  });
});
