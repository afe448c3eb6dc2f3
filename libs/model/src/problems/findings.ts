import type { Problem } from '../compiled.js';
import type { ProblemCode } from './problem-codes.js';

/** A part of the text: offsets of its first character and of the one after its last. */
export interface Span {
  start: number;
  end: number;
}

/** Beyond this many the list helps nobody. */
const PROBLEMS_MAX = 200;

/** Collects what is found in a model's text, and knows lines and columns. */
export class Findings {
  private readonly found: Problem[] = [];
  private readonly spans: { code: ProblemCode; start: number }[] = [];
  private readonly seen = new Set<string>();
  private readonly lineStarts: number[] = [0];

  constructor(
    readonly text: string,
    readonly file: string,
  ) {
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) this.lineStarts.push(at + 1);
  }

  /** Something that keeps the model from being used. */
  error(code: ProblemCode, span: Span, message: string, mend?: string): void {
    this.add(code, 'error', span, message, mend);
  }

  /** Something that is allowed, and probably not meant. */
  warn(code: ProblemCode, span: Span, message: string, mend?: string): void {
    this.add(code, 'warning', span, message, mend);
  }

  get errors(): number {
    return this.found.reduce((sum, { severity }) => sum + (severity === 'error' ? 1 : 0), 0);
  }

  /** Whether something was found within a part of the text. */
  has(code: ProblemCode, span: Span): boolean {
    return this.spans.some((each) => each.code === code && each.start >= span.start && each.start <= span.end);
  }

  /** All of them, in the order of the text. */
  problems(): Problem[] {
    return this.found.toSorted((left, right) => left.line - right.line || left.column - right.column);
  }

  private add(code: ProblemCode, severity: Problem['severity'], span: Span, message: string, mend?: string): void {
    const start = Math.max(0, Math.min(span.start, this.text.length));
    const line = this.lineOf(start);
    const from = this.lineStarts[line]!;
    const lineEnd = (this.lineStarts[line + 1] ?? this.text.length + 1) - 1;
    const length = Math.max(1, Math.min(span.end, lineEnd) - start);
    const key = `${code} ${start} ${message}`;
    if (this.seen.has(key) || this.found.length >= PROBLEMS_MAX) return;
    this.seen.add(key);
    this.spans.push({ code, start });
    const problem: Problem = {
      code,
      severity,
      file: this.file,
      line: line + 1,
      column: start - from + 1,
      length,
      message,
    };
    this.found.push(mend === undefined ? problem : { ...problem, mend });
  }

  private lineOf(offset: number): number {
    let low = 0;
    let high = this.lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.lineStarts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
