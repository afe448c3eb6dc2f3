import type { Problem } from '@tutti/model';
import type { Colours } from './output.js';

/** A problem of a text file with the line it is about and a caret below it (SURFACE §2.2). */
export function problemLines(problem: Problem, text: string, colours: Colours): string[] {
  const { file, line, column, length, code, severity, message, mend } = problem;
  const { red, yellow, dim } = colours;
  const colour = severity === 'error' ? red : yellow;
  const source = text.split('\n')[line - 1]?.replace(/\r$/, '');
  const lines = [`${file}:${line}:${column}  ${colour(code)}  ${message}`];
  if (source === undefined) return mend === undefined ? lines : [...lines, `      ${mend}`];
  const shift = Math.max(0, Math.min(column - 1, source.length) - CARET_COLUMN_MOST);
  const shown = (shift > 0 ? '…' : '') + source.slice(shift, shift + SHOWN_MOST);
  // Tabs stay tabs below the line, so that the caret stands where it should.
  const before = (shift > 0 ? ' ' : '') + source.slice(shift, column - 1).replaceAll(/[^\t]/g, ' ');
  const caret = '^'.repeat(Math.max(1, Math.min(length, SHOWN_MOST)));
  return [
    ...lines,
    `${dim(`${String(line).padStart(5)} │`)} ${shown}`,
    `${dim('      │')} ${before}${colour(caret)}${mend === undefined ? '' : ` ${mend}`}`,
  ];
}

const CARET_COLUMN_MOST = 100;
const SHOWN_MOST = 140;

/** `2 errors, 1 warning` */
export function countProblems(problems: readonly Problem[]): string {
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const warnings = problems.length - errors;
  const parts = [];
  if (errors > 0 || warnings === 0) parts.push(`${errors} ${errors === 1 ? 'error' : 'errors'}`);
  if (warnings > 0) parts.push(`${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`);
  return parts.join(', ');
}
