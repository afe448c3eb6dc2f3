import type { ModelDefinition } from '../definition.js';
import type { Places } from '../document/document.js';
import { compileExpression, type Expression } from '../expressions/expression.js';
import type { Scope } from '../expressions/scope.js';
import type { ResultType } from '../expressions/type-check.js';
import type { Findings, Span } from '../problems/findings.js';

export type Path = readonly (string | number)[];

/** What the checks work on: the model as read, and where everything stands. */
export class CheckContext {
  /** Names that are declared somewhere; while other errors stand, their absence from a scope is a consequence. */
  private readonly declared: ReadonlySet<string>;

  constructor(
    readonly model: ModelDefinition,
    readonly places: Places,
    readonly findings: Findings,
  ) {
    this.declared = findings.errors > 0 ? places.keys() : new Set();
  }

  /** Checks the expression at a path; `undefined` if something is wrong with it. */
  expression<S>(path: Path, cel: string, scope: Scope<S>, expected: ResultType): Expression<S> | undefined {
    const whole = this.places.value(path);
    if (this.findings.has('expression-cut', whole)) return undefined;
    const { expression, problems } = compileExpression(cel, scope, expected);
    for (const { code, start, end, message, mend } of problems) {
      const word = /[A-Za-z][A-Za-z0-9]*$/.exec(cel.slice(start, end))?.[0] ?? '';
      if (code === 'unknown-field' && this.declared.has(word)) continue;
      this.findings.error(code, this.places.within(path, start, end), message, mend);
    }
    return expression;
  }

  within(path: Path, part: { start: number; end: number }): Span {
    return this.places.within(path, part.start, part.end);
  }
}
