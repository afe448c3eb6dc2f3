import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson } from './parse-json.js';

describe('a JSON text', () => {
  it.each([
    ['ab"', String.raw`ab\"`],
    ['a"b', String.raw`a\"b`],
    ['ab\n', String.raw`ab\n`],
    ['ab"', String.raw`ab\u0022`],
    ['a"', String.raw`\u0061\"`],
  ])('means the same whatever was parsed before it: the name %j', (name, spelled) => {
    const text = `{" ":0,"${spelled}":0}`;
    const before = [...name].map((_, at) => spelled.slice(0, at + 1)).filter((one) => one.length === name.length);
    for (const known of [...before, 'ab\\', 'a\\']) parseJson(JSON.stringify({ ' ': 0, [known]: 0 }));
    for (let again = 0; again < 3; again++) expect(Object.keys(parseJson(text) as object)).toEqual([' ', name]);
  });

  it('is what JSON.parse makes of it, with escapes in its names or not', () => {
    const text = fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.constantFrom('__proto__', '"', '\\', '\n'));
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        text,
        fc.integer(),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.array(fc.tuple(text, tie('value')), { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
      ),
    }));
    fc.assert(
      fc.property(value, fc.constantFrom(undefined, 1), (one, indent) => {
        const written = JSON.stringify({ 'an "escaped" name': one }, null, indent);
        expect(JSON.stringify(parseJson(written), null, indent)).toBe(written);
      }),
    );
  });

  it('nested deeper than any stack is read', () => {
    const text = `{"a\\"":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
    expect(Object.keys(parseJson(text) as object)).toEqual(['a"']);
  });

  it('that is none is refused', () => {
    expect(() => parseJson('{"a\\"')).toThrow(SyntaxError);
  });
});
