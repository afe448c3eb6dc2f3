import type { JsonObject } from '@tutti/kernel';
import { describe, expect, it } from 'vitest';
import { linearPattern } from './pattern.js';
import { PayloadValidators } from './payload-validator.js';

function check(schema: JsonObject, data: unknown): string[] | undefined {
  const problems = new PayloadValidators({ USD: 2, JPY: 0, BTC: 8 }).compile(schema)(data);
  return problems?.map(({ pointer, message }) => `${pointer} ${message}`);
}

const OPEN: JsonObject = { type: 'object', properties: { a: { type: 'integer' } } };

describe('a payload of an open schema', () => {
  it('takes other properties, but none called __proto__, however deep', () => {
    expect(check(OPEN, { a: 1, b: { c: [1] } })).toBeUndefined();
    expect(check(OPEN, JSON.parse('{"__proto__":1}'))).toEqual([' a key `__proto__` is refused']);
    expect(check(OPEN, JSON.parse('{"b":[{"__proto__":1}]}'))).toEqual([' a key `__proto__` is refused']);
  });

  it('asks for own properties, also where every object has one', () => {
    const schema: JsonObject = { type: 'object', properties: { toString: { type: 'string' } }, required: ['toString'] };
    expect(check(schema, {})).toEqual(['/toString toString is missing']);
    expect(check(schema, { toString: 'x' })).toBeUndefined();
  });

  it('says what an anyOf is about, and that it fits none', () => {
    const schema: JsonObject = {
      type: 'object',
      properties: {
        a: {
          oneOf: [
            { minimum: 1, type: 'integer' },
            { minimum: 0, type: 'integer' },
          ],
        },
      },
    };
    expect(check(schema, { a: 5 })).toEqual(['/a must match exactly one schema in oneOf']);
    expect(check(schema, { a: -1 })).toEqual(['/a -1 is less than 0', '/a -1 is less than 1']);
  });
});

describe('messages', () => {
  const amount = (asset: string): JsonObject => ({
    type: 'object',
    properties: { x: { type: 'integer', 'x-tutti-asset': asset } },
    additionalProperties: false,
  });

  it.each([
    ['USD', 42.5, '/x 42.5 is not an integer: amounts are in cents, write 4250'],
    ['USD', '0.07', '/x "0.07" is not an integer: amounts are in cents, write 7'],
    ['USD', 1.005, '/x 1.005 is not an integer: amounts are in cents'],
    ['USD', 1e300, undefined],
    ['USD', true, '/x true is not an integer: amounts are in cents'],
    ['JPY', 42.5, '/x 42.5 is not an integer: amounts are in whole JPY'],
    ['BTC', 0.5, '/x 0.5 is not an integer: amounts are in units of 0.00000001 BTC, write 50000000'],
  ])('of %s for %j', (asset, x, message) => {
    expect(check(amount(asset), { x })).toEqual(message === undefined ? undefined : [message]);
  });

  it('names the property that was meant', () => {
    const schema: JsonObject = {
      type: 'object',
      properties: { total: { type: 'integer' } },
      additionalProperties: false,
    };
    expect(check(schema, { totl: 1 })).toEqual(['/totl there is no property totl: did you mean `total`?']);
  });

  it('are few and short, whatever comes', () => {
    const many = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`k${i}/~`, 'x'.repeat(1000)]));
    const problems = check(amount('USD'), { ...many, ['y'.repeat(100_000)]: 1 })!;
    expect(problems).toHaveLength(50);
    expect(problems.every((problem) => problem.length < 400)).toBe(true);
    expect(problems.some((problem) => problem.startsWith('/k0~1~0 '))).toBe(true);
  });

  it('are the same in whatever order the keys came', () => {
    const [left, right] = [
      { b: 1, a: 2, x: 'y' },
      { x: 'y', a: 2, b: 1 },
    ];
    expect(check(amount('USD'), left)).toEqual(check(amount('USD'), right));
  });
});

describe('a pattern', () => {
  it.each([
    ['^(a+)+$', `${'a'.repeat(400)}!`],
    ['^(a|a)*$', `${'a'.repeat(400)}!`],
    ['^a*a*a*a*b$', 'a'.repeat(400)],
  ])('that keeps the engine’s own matcher busy for ever is answered at once: %s', (pattern, text) => {
    expect(linearPattern(pattern).test(text)).toBe(false);
  });

  it.each(['(?=a)a', '(?<!a)b', String.raw`^(a)\1$`, '('])(
    'that needs what is not supported is refused: %s',
    (pattern) => {
      expect(() => linearPattern(pattern)).toThrow(/regular expression/);
    },
  );

  it.each([
    '^[A-Z]{2}-\\d{3,}$',
    '^\\u0041+$',
    '\\p{Lu}',
    '(?<year>\\d{4})',
    '^[^a-c]*$',
    '^(?:ab|c)?d{1,3}$',
    '\\u{1F600}',
  ])('means what it means elsewhere: %s', (pattern) => {
    const texts = ['AB-123', 'A', 'AAA', 'é', 'É', '2026', 'abd', 'cddd', 'd', '', 'xyz', '😀', '\n'];
    const expected = texts.filter((text) => new RegExp(pattern, 'u').test(text));
    expect(texts.filter((text) => linearPattern(pattern).test(text))).toEqual(expected);
  });
});
