import { TuttiError } from '@tutti/kernel';
import { describe, expect, it } from 'vitest';
import { mapProblems, parseImportMap } from './parse-import-map.js';

const SOUND = `import: 1
file: { separator: ';' }
subject: { column: Case ID, prefix: case- }
type: { column: Activity, map: { ER Triage: case.triage } }
participant: { column: 'org:group', map: { '?': unknown }, prefix: group- }
time: { column: Time, format: 'YYYY/MM/DD' }
data:
  Age: { as: age, type: integer }
  Leucocytes: { as: value, type: integer, times: 10, for: [case.leucocytes] }
roles:
  group-Y: [desk, nurse]
`;

function problemsOf(text: string): string[] {
  try {
    parseImportMap(text, 'a.map.yaml');
  } catch (error) {
    expect(error).toBeInstanceOf(TuttiError);
    return mapProblems(error as TuttiError).map(
      ({ line, column, code, message, mend }) =>
        `${line}:${column} ${code} ${message}${mend === undefined ? '' : `; ${mend}`}`,
    );
  }
  return [];
}

describe('a map', () => {
  it('is read with its defaults', () => {
    const map = parseImportMap(SOUND, 'a.map.yaml');
    expect(map.file).toEqual({ encoding: 'utf-8', separator: ';', quote: '"', empty: [''] });
    expect(map.type).toEqual({ column: 'Activity', map: { 'ER Triage': 'case.triage' }, prefix: '', unmapped: 'stop' });
    expect(map.participant).toMatchObject({ unmapped: 'keep', prefix: 'group-' });
    expect(map.time).toEqual({ column: 'Time', format: 'YYYY/MM/DD', zone: 'UTC' });
    expect(map.id).toEqual({ column: undefined, prefix: '' });
    expect(map.data[1]).toMatchObject({ as: 'value', times: 10, for: ['case.leucocytes'] });
    expect(map.roles).toEqual({ 'group-Y': ['desk', 'nurse'] });
  });

  it('keeps texts as they are written, whatever YAML takes them for', () => {
    const map = parseImportMap(`${SOUND}  Y: [no]\n  12: [1.0]\n`, 'a.map.yaml');
    expect(map.roles).toMatchObject({ Y: ['no'], '12': ['1.0'] });
  });

  it.each([
    [
      'a key that is misspelt',
      SOUND.replace('participant:', 'particpant:'),
      /^5:1 map-unknown-key .*did you mean `participant`/,
    ],
    ['a key that is missing', SOUND.replace(/^type:.*\n/m, ''), /map-missing-key a map lacks `type`/],
    ['another format of the file', SOUND.replace('import: 1', 'import: 2'), /^1:9 map-wrong-value/],
    ['a separator of two signs', SOUND.replace("';'", "';;'"), /^2:20 map-wrong-value `separator` is one character/],
    [
      'an encoding that does not exist',
      SOUND.replace("separator: ';'", 'encoding: latin-99'),
      /^2:19 map-wrong-value there is no encoding latin-99/,
    ],
    [
      'a column that is no text',
      SOUND.replace('column: Activity', 'column: [Activity]'),
      /^4:17 map-wrong-value `column` is a text/,
    ],
    [
      'a format that means nothing',
      SOUND.replace("'YYYY/MM/DD'", "'YYYY/MM/dd'"),
      /^6:31 map-wrong-value .*`d` stands for nothing/,
    ],
    [
      'an unknown zone',
      SOUND.replace("'YYYY/MM/DD' }", "'YYYY/MM/DD', zone: Mars }"),
      /^6:51 map-wrong-value there is no time zone Mars/,
    ],
    [
      'an unknown type of cells',
      SOUND.replace('type: integer }', 'type: int }'),
      /^8:25 map-wrong-value `type` is one of/,
    ],
    [
      'a factor of texts',
      SOUND.replace('type: integer, times: 10', 'times: 10'),
      /^9:35 map-wrong-value `times` is a factor/,
    ],
    ['a factor that is none', SOUND.replace('times: 10', 'times: 0'), /map-wrong-value `times` is a whole number/],
    [
      'two values',
      SOUND.replace('{ column: Activity', '{ value: case.triage, column: Activity'),
      /has both a column and one value/,
    ],
    ['YAML that is none', SOUND.replace('data:', 'data: ['), /map-syntax/],
    ['a key twice', `${SOUND}import: 1\n`, /map-syntax .*unique/i],
    ['an empty file', '', /map-wrong-value a map is a map/],
  ])('is refused for %s', (_, text, expected) => {
    expect(problemsOf(text).join('\n')).toMatch(expected);
  });

  it('lists all its problems at once', () => {
    expect(problemsOf(SOUND.replace('import: 1', 'import: 3').replace('as: age', 'az: age'))).toHaveLength(2);
  });
});
