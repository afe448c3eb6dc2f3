import type { JsonObject } from '@tutti/kernel';
import { describe, expect, it } from 'vitest';
import { dataOf } from './decide-values.js';

const NOW = Date.parse('2026-03-02T10:00:00Z');
const SCHEMA: JsonObject = {
  type: 'object',
  properties: {
    total: { type: 'integer', 'x-tutti-asset': 'USD' },
    fee: { type: 'integer', 'x-tutti-share': true },
    rate: { type: 'number' },
    insured: { type: 'boolean' },
    promised: { type: 'string', format: 'date-time' },
    note: { type: 'string' },
    size: { enum: [1, 2, 'XL'] },
    tags: { type: 'array' },
  },
};

describe('values on the command line', () => {
  it.each([
    ['total=4200', { total: 4200 }],
    ['total=-1', { total: -1 }],
    ['fee=15%', { fee: 1500 }],
    ['fee=2.5%', { fee: 250 }],
    ['fee=1500', { fee: 1500 }],
    ['rate=0.5', { rate: 0.5 }],
    ['insured=true', { insured: true }],
    ['promised=+2d', { promised: '2026-03-04T10:00:00.000Z' }],
    ['promised=-90m', { promised: '2026-03-02T08:30:00.000Z' }],
    ['promised=now', { promised: '2026-03-02T10:00:00.000Z' }],
    ['promised=2026-03-04T18:00:00+01:00', { promised: '2026-03-04T18:00:00+01:00' }],
    ['note=12', { note: '12' }],
    ['note=a=b', { note: 'a=b' }],
    ['note=', { note: '' }],
    ['size=2', { size: 2 }],
    ['size=XL', { size: 'XL' }],
    ['tags=[1]', { tags: [1] }],
    ['total:={"a":null}', { total: { a: null } }],
  ])('%s', (pair, expected) => {
    expect(dataOf([pair], SCHEMA, NOW)).toEqual(expected);
  });

  it.each(['total=42.00', 'total=9007199254740993', 'total=many', 'insured=yes', 'promised=tomorrow', 'size=3'])(
    '%s does not fit: it stays a text, and the contract says what is wrong',
    (pair) => {
      expect(Object.values(dataOf([pair], SCHEMA, NOW))).toEqual([pair.slice(pair.indexOf('=') + 1)]);
    },
  );

  it('are guessed where the type is not known', () => {
    expect(dataOf(['a=1', 'b=true', 'c=x', 'd=null'], undefined, NOW)).toEqual({ a: 1, b: true, c: 'x', d: 'null' });
  });

  it('may be called anything', () => {
    expect(JSON.stringify(dataOf(['__proto__=1'], undefined, NOW))).toBe('{"__proto__":1}');
  });

  it.each([['total'], ['=1'], [':=1'], ['total:=1x']])('%s is no value', (pair) => {
    expect(() => dataOf([pair], SCHEMA, NOW)).toThrow(expect.objectContaining({ code: 'usage' }));
  });

  it('are given once each', () => {
    expect(() => dataOf(['total=1', 'total=2'], SCHEMA, NOW)).toThrow(/given twice/);
  });
});
