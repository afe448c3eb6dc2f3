import { describe, expect, it } from 'vitest';
import { parseImportMap } from './map/parse-import-map.js';
import { rowTranslator } from './translate-row.js';

const MAP = `import: 1
file: { empty: ['', NA] }
subject: { column: case, prefix: c- }
type: { column: what, map: { A: x.a, B: x.b } }
participant: { column: who, map: { '?': nobody }, prefix: g- }
time: { column: when, format: 'YYYY-MM-DD' }
data:
  n: { type: integer }
  a: { as: value, type: integer, for: [x.a] }
  b: { as: value, type: integer }
`;
const COLUMNS = ['case', 'what', 'who', 'when', 'n', 'a', 'b'];

function translate(cells: string[], map = MAP): unknown {
  return rowTranslator(parseImportMap(map, 'm.yaml'), COLUMNS, 'log.csv')({ number: 7, line: 8, bytes: 80, cells });
}

describe('a row', () => {
  it('becomes a decision: absent cells are absent, columns of other types are not read', () => {
    expect(translate(['1', 'B', '?', '2026-01-02', '', '5', '6'])).toEqual({
      type: 'x.b',
      subject: 'c-1',
      participant: 'nobody',
      id: '7',
      time: '2026-01-02T00:00:00.000Z',
      data: { value: 6 },
    });
    expect(translate(['1', 'A', 'X', '2026-01-02', '3', 'NA', ''])).toMatchObject({
      participant: 'g-X',
      data: { n: 3 },
    });
  });

  it.each([
    ['an unmapped type', ['1', 'C', 'X', '2026-01-02', '', '', ''], /`C` is not in `type.map`/],
    ['no subject', ['', 'A', 'X', '2026-01-02', '', '', ''], /the subject is empty/],
    ['no participant', ['1', 'A', 'NA', '2026-01-02', '', '', ''], /the participant is empty/],
    ['no time', ['1', 'A', 'X', '2026-02-30', '', '', ''], /`2026-02-30` is no time/],
    ['two columns for one property', ['1', 'A', 'X', '2026-01-02', '', '1', '2'], /two columns give `value`/],
  ])('with %s is refused, with its number and line', (_, cells, message) => {
    expect(() => translate(cells)).toThrow(
      expect.objectContaining({
        code: 'import-row-invalid',
        where: 'log.csv:8',
        message: expect.stringMatching(message),
      }),
    );
    expect(() => translate(cells)).toThrow(/row 7/);
  });

  it('of a type that is to be skipped is left out', () => {
    const map = MAP.replace('B: x.b } }', 'B: x.b }, unmapped: skip }');
    expect(translate(['1', 'C', 'X', '2026-01-02', '', '', ''], map)).toBeUndefined();
  });

  it('may be an own property of every name', () => {
    const map = MAP.replace('n: { type', 'n: { as: __proto__, type');
    const { data } = translate(['1', 'A', 'X', '2026-01-02', '3', '', ''], map) as { data: object };
    expect(JSON.stringify(data)).toBe('{"__proto__":3}');
  });
});

describe('a map that names a column the log has not', () => {
  it('is refused with the column that was probably meant', () => {
    const map = parseImportMap(MAP.replace('column: who', 'column: whho'), 'm.yaml');
    expect(() => rowTranslator(map, COLUMNS, 'log.csv')).toThrow(
      expect.objectContaining({ code: 'import-column-missing', mend: 'did you mean `who`?' }),
    );
  });
});
