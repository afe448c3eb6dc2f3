import { stripVTControlCharacters } from 'node:util';
import type { Problem } from '@tutti/model';
import pc from 'picocolors';
import { describe, expect, it } from 'vitest';
import { closest } from './closest.js';
import { columns, cut, wrapped } from './columns.js';
import { Output } from './output.js';
import { problemLines } from './show-problem.js';
import { parseSpan, showSpan, timeText } from './spans.js';

const plain = pc.createColors(false);

class Written {
  text = '';
  constructor(readonly isTTY = false) {}
  write(text: string): void {
    this.text += text;
  }
}

describe('spans', () => {
  it.each([
    ['90s', 90_000],
    ['1d12h', 129_600_000],
    ['250ms', 250],
  ])('%s', (text, ms) => expect(parseSpan(text)).toBe(ms));

  it.each(['', '1', 'h', '1 h', '1x', '-1h'])('%j is none', (text) => expect(parseSpan(text)).toBeUndefined());

  it.each([
    [340, '340 ms'],
    [1_400, '1.4 s'],
    [59_000, '59 s'],
    [180_000, '3 min'],
    [5_400_000, '1 h 30 min'],
    [2 * 86_400_000 + 4 * 3_600_000, '2 days 4 h'],
    [30 * 86_400_000 - 2_000, '30 days'],
    [86_400_000 - 1, '1 day'],
  ])('%d ms is shown as %s', (ms, text) => expect(showSpan(ms)).toBe(text));

  it('times are RFC 3339, now, or from now', () => {
    expect(timeText('+2d', 0)).toBe('1970-01-03T00:00:00.000Z');
    expect(timeText('now', 5)).toBe('1970-01-01T00:00:00.005Z');
    expect(timeText('2d', 0)).toBeUndefined();
  });
});

describe('columns', () => {
  it('are aligned by what is seen, colours not counted', () => {
    const red = pc.createColors(true).red;
    expect(
      columns([
        [red('a'), 'b'],
        ['ccc', 'd'],
      ]).map((line) => stripVTControlCharacters(line)),
    ).toEqual(['a    b', 'ccc  d']);
  });

  it('cut and wrap', () => {
    expect(cut('abcdef', 4)).toBe('abc…');
    expect(wrapped('one two three', 8)).toEqual(['one two', 'three']);
  });
});

describe('a problem', () => {
  const problem: Problem = {
    code: 'unknown-field',
    severity: 'error',
    file: 'm.yaml',
    line: 2,
    column: 4,
    length: 3,
    message: 'no field `abc`',
    mend: 'did you mean `abd`?',
  };

  it('has its line, a caret and the remedy', () => {
    expect(problemLines(problem, 'x\n\t: abc\n', plain)).toEqual([
      'm.yaml:2:4  unknown-field  no field `abc`',
      '    2 │ \t: abc',
      '      │ \t  ^^^ did you mean `abd`?',
    ]);
  });

  it('shows the part of a long line that it is about', () => {
    const text = `x\n${'-'.repeat(300)}abc`;
    const [, line, caret] = problemLines({ ...problem, column: 301 }, text, plain);
    expect(line!.slice(caret!.indexOf('^'), caret!.indexOf('^') + 3)).toBe('abc');
  });
});

describe('output', () => {
  const say = (options: object, isTTY: boolean, env: Record<string, string> = {}): string => {
    const stdout = new Written(isTTY);
    const output = new Output({ stdout, stderr: new Written(), env, ...options });
    output.line(output.colours.red('x'));
    return stdout.text;
  };

  it('has colours on a terminal only, and never with NO_COLOR', () => {
    expect(say({}, true)).toContain('\u001B[31m');
    expect(say({}, false)).toBe('x\n');
    expect(say({}, true, { NO_COLOR: '1' })).toBe('x\n');
    expect(say({}, true, { TERM: 'dumb' })).toBe('x\n');
    expect(say({}, false, { FORCE_COLOR: '1' })).toContain('\u001B[31m');
    expect(say({}, true, { FORCE_COLOR: '1', NO_COLOR: '1' })).toBe('x\n');
  });

  it('says nothing but the result where asked to be quiet or for JSON', () => {
    for (const options of [{ quiet: true }, { json: true }]) {
      const stderr = new Written(true);
      const output = new Output({ stdout: new Written(), stderr, env: {}, ...options });
      output.remark('by the way');
      expect(output.interactive).toBe(false);
      expect(stderr.text).toBe('');
    }
  });
});

describe('the closest word', () => {
  it.each([
    ['arived', ['arrived', 'archived'], 'arrived'],
    ['Conflict', ['conflict'], 'conflict'],
    ['hsip', ['ship'], 'ship'],
    ['x', ['ship', 'place'], undefined],
    ['x', [], undefined],
  ])('to %s among %j is %s', (word, words, expected) => expect(closest(word, words)).toBe(expected));
});
