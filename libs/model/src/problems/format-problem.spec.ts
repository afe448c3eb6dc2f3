import { describe, expect, it } from 'vitest';
import type { Problem } from '../compiled.js';
import { formatProblem } from './format-problem.js';

function problem(part: Partial<Problem>): Problem {
  return {
    code: 'unknown-field',
    severity: 'error',
    file: 'm.yaml',
    line: 2,
    column: 15,
    length: 6,
    message: 'order keeps no field `arived`',
    mend: 'did you mean `arrived`?',
    ...part,
  };
}

const TEXT = 'rules:\n    if: order.arived > 1\n';

describe('formatProblem', () => {
  it('shows the line, a caret and the remedy', () => {
    expect(formatProblem(problem({}), TEXT)).toBe(
      [
        'm.yaml:2:15  unknown-field  order keeps no field `arived`',
        '    2 │ if: order.arived > 1',
        '      │           ^^^^^^ did you mean `arrived`?',
      ].join('\n'),
    );
  });

  it('marks warnings', () => {
    expect(formatProblem(problem({ severity: 'warning' }), TEXT)).toContain('  warning: order keeps');
  });

  it('colours for a terminal only', () => {
    expect(formatProblem(problem({}), TEXT, { color: true })).toContain('\u001b[31m^^^^^^\u001b[0m');
    expect(formatProblem(problem({}), TEXT)).not.toContain('\u001b');
  });

  it('cuts a long line on both sides of the caret', () => {
    const text = `a: ${'x'.repeat(300)}bad${'y'.repeat(300)}`;
    const [, source = '', carets = ''] = formatProblem(problem({ line: 1, column: 304, length: 3 }), text).split('\n');
    expect(source.length).toBeLessThan(130);
    expect(source.slice(carets.indexOf('^'), carets.lastIndexOf('^') + 1)).toBe('bad');
  });

  it.each([
    ['a tab', '\t\tif: order.arived', 13],
    ['wide signs before it', 'é😀: order.arived', 12],
  ])('keeps the caret in its column after %s', (_, text, column) => {
    const [, source = '', carets = ''] = formatProblem(problem({ line: 1, column }), text).split('\n');
    expect([...source].slice(carets.indexOf('^'), carets.lastIndexOf('^') + 1).join('')).toBe('arived');
  });

  it('passes no control characters on', () => {
    const shown = formatProblem(problem({ line: 1, column: 1, message: 'a\u001b[31m' }), '\u001b[2J\u0007bad');
    expect([...shown].filter((sign) => sign < ' ' && sign !== '\n')).toEqual([]);
  });

  it('survives a place that is not in the text', () => {
    expect(formatProblem(problem({ line: 99, column: 99 }), TEXT)).toContain('m.yaml:99:99');
  });
});
