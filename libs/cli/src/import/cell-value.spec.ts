import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cellReader, scaled } from './cell-value.js';
import type { DataColumn } from './map/import-map.js';

const column = (more: Partial<DataColumn>): DataColumn => ({
  column: 'C',
  as: 'c',
  type: 'string',
  times: 1,
  map: {},
  format: 'iso',
  zone: 'UTC',
  for: [],
  ...more,
});

describe('cells', () => {
  it.each([
    [{ type: 'integer' }, '85', 85],
    [{ type: 'integer' }, '-0', 0],
    [{ type: 'integer' }, '8.0', 8],
    [{ type: 'integer', times: 10 }, '9.6', 96],
    [{ type: 'integer', times: 10 }, '109.0', 1090],
    [{ type: 'number' }, '9.60', 9.6],
    [{ type: 'number', times: 100 }, '0.123', 12.3],
    [{ type: 'boolean' }, 'TRUE', true],
    [{ type: 'boolean', map: { J: true, N: false } }, 'N', false],
    [{ type: 'string', map: { '1': 'one' } }, '1', 'one'],
    [{ type: 'time', format: 'DD/MM/YYYY' }, '02/03/2026', '2026-03-02T00:00:00.000Z'],
    [{ type: 'json' }, '{"a":[1]}', { a: [1] }],
  ] as [Partial<DataColumn>, string, unknown][])('%j reads %s', (more, text, expected) => {
    expect(cellReader(column(more))(text)).toEqual(expected);
  });

  it.each([
    [{ type: 'integer' }, '9.6'],
    [{ type: 'integer', times: 10 }, '9.66'],
    [{ type: 'integer' }, '9007199254740993'],
    [{ type: 'integer' }, 'n/a'],
    [{ type: 'number' }, '1e9'],
    [{ type: 'boolean' }, 'yes'],
    [{ type: 'time' }, 'today'],
    [{ type: 'json' }, '{'],
  ] as [Partial<DataColumn>, string][])('%j leaves %s the text it is: the contract judges it', (more, text) => {
    expect(cellReader(column(more))(text)).toBe(text);
  });

  it('scales decimals exactly', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }),
        fc.integer({ min: 0, max: 9 }),
        fc.integer({ min: 1, max: 1000 }),
        (digits, places, times) => {
          const whole = (digits < 0n ? -digits : digits).toString().padStart(places + 1, '0');
          const text = `${digits < 0n ? '-' : ''}${whole.slice(0, whole.length - places)}${places === 0 ? '' : `.${whole.slice(-places)}`}`;
          const result = scaled(text, times)!;
          const [int, fraction = ''] = result.replace('-', '').split('.') as [string, string?];
          const back = BigInt(int + fraction.padEnd(places, '0')) * (result.startsWith('-') ? -1n : 1n);
          expect(back).toBe(digits * BigInt(times));
        },
      ),
    );
  });
});
