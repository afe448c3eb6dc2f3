import { canonicalJson, type Json, sha256Hex } from '@tutti/kernel';

const quoted = (text: string): string => JSON.stringify(text);

/** JSON texts whose RFC 8785 forms trip up implementations: numbers, order of names, escapes. */
const TEXTS = [
  '{}',
  '[]',
  'null',
  '""',
  '{"b":1,"a":2}',
  '{ "total" : 4200.0, "seller":"seller-3" }',
  '[1e21, 1E20, 123456789012345680000, 0.000001, 1e-7, -0, 0.1, 1.5e300, 5e-324, 4.50, 333333333.33333329]',
  '[9007199254740991, -9007199254740991, 9007199254740993, 100, 1e2]',
  '["\\u0041\\/\\u00fc", "\\u001f\\t\\n\\r\\b\\f\\"\\\\", "\\u007f\\u2028", "\\ud83d\\ude00"]',
  `{${['€', '\r', 'דּ', '1', '😀', '\u0080', 'ö'].map((name) => `${quoted(name)}:${quoted(name)}`).join(',')}}`,
  '{"a":{"d":[true,false,null],"c":{}},"__proto__":1,"A":0,"aa":2}',
  '{"data":{"note":"bücher","total":4200,"seller":"seller-3"},"id":"p-1"}',
];

/** JSON texts, their canonical forms (RFC 8785) and SHA-256 of those. */
export function canonicalVectors(): Json {
  return {
    about: 'canonical = RFC 8785 of the value that text is; sha256 is of its UTF-8 bytes',
    cases: TEXTS.map((text) => {
      const canonical = canonicalJson(JSON.parse(text));
      return { text, canonical, sha256: sha256Hex(canonical) };
    }),
  };
}
