import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCursor, encodeCursor } from './cursor.js';

describe('a cursor', () => {
  it('means the place it was made of', () => {
    const places = fc.array(fc.nat(2 ** 31), { minLength: 1, maxLength: 32 });
    fc.assert(
      fc.property(places, (positions) => {
        expect(decodeCursor(encodeCursor('shop', positions), 'shop', positions)).toEqual(positions);
      }),
    );
  });

  it('may stand one past the last record, not further', () => {
    expect(decodeCursor(encodeCursor('shop', [5]), 'shop', [4])).toEqual([5]);
    expect(() => decodeCursor(encodeCursor('shop', [6]), 'shop', [4])).toThrow(
      expect.objectContaining({ code: 'malformed' }),
    );
  });

  it('that is any other text is malformed', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => decodeCursor(text, 'shop', [4, 4])).toThrow(expect.objectContaining({ code: 'malformed' }));
      }),
    );
  });
});
