import type { Problem } from '../compiled.js';

const WIDTH = 110;
const LEAD = 30;

/** How {@link formatProblem} writes. */
export interface FormatOptions {
  /** With terminal colours. */
  color?: boolean;
}

/**
 * A problem for a terminal: place, code and message; the line, a caret under the part meant, and what to do.
 *
 * @param text the text it was found in
 * @returns up to three lines, without a line feed at the end
 */
export function formatProblem(problem: Problem, text: string, options: FormatOptions = {}): string {
  const paint = painter(options.color === true);
  const { code, severity, file, line, column, length, message, mend } = problem;
  const tone = severity === 'error' ? 'red' : 'yellow';
  const kind = severity === 'warning' ? 'warning: ' : '';
  const head = `${paint('bold', `${clean(file)}:${line}:${column}`)}  ${paint(tone, code)}  ${kind}${clean(message)}`;
  const source = text.split('\n')[line - 1]?.replace(/\r$/, '');
  if (source === undefined || source.trim() === '') {
    return mend === undefined ? head : `${head}\n${' '.repeat(7)}${clean(mend)}`;
  }
  const { shown, before } = cut(source, column - 1);
  const gutter = String(line).padStart(5);
  const carets = '^'.repeat(Math.max(1, Math.min(length, width(shown) - before)));
  const remedy = mend === undefined ? '' : ` ${clean(mend)}`;
  return [
    head,
    `${paint('dim', `${gutter} │`)} ${shown}`,
    `${paint('dim', `${' '.repeat(gutter.length)} │`)} ${' '.repeat(before)}${paint(tone, carets)}${remedy}`,
  ].join('\n');
}

/** The part of a line around a column, without its indentation; long lines are cut on both sides. */
function cut(source: string, at: number): { shown: string; before: number } {
  const indent = Math.min(source.length - source.trimStart().length, at);
  let start = indent;
  if (at - start > WIDTH - LEAD) start = at - LEAD;
  const end = Math.min(source.length, start + WIDTH);
  const lead = start > indent ? '…' : '';
  const shown = clean(`${lead}${source.slice(start, end)}${end < source.length ? '…' : ''}`);
  return { shown, before: width(clean(`${lead}${source.slice(start, at)}`)) };
}

/** Columns on a terminal, nearly: one a code point. */
function width(text: string): number {
  return [...text].length;
}

/** Text without control characters, which a terminal would obey. */
function clean(text: string): string {
  return text
    .toWellFormed()
    .replaceAll('\t', ' ')
    .replaceAll(/[\p{Cc}\u2028\u2029]/gu, '\ufffd');
}

const TONES = { red: 31, yellow: 33, bold: 1, dim: 2 };

function painter(color: boolean): (tone: keyof typeof TONES, text: string) => string {
  return (tone, text) => (color ? `\u001b[${TONES[tone]}m${text}\u001b[0m` : text);
}
