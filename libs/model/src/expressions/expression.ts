import type { Json } from '@tutti/kernel';
import { compileTree, type Code } from './evaluate.js';
import { findPaths, type ExpressionProblem, type Read } from './find-paths.js';
import { checkLiterals } from './literals.js';
import type { Scope } from './scope.js';
import { parseExpression, typeCheck, type ResultType } from './type-check.js';
import { checkUnits } from './units.js';
import { ExpressionFault, showValue, type Value } from './value.js';

/** An expression that was read, typed and made ready to run. */
export interface Expression<S> {
  readonly cel: string;
  /** What it reads, in the order of the text. */
  readonly reads: readonly Read<S>[];
  /** `share`, an asset, or `undefined` for a plain number or no number. */
  readonly unit: string | undefined;
  /** Throws an `ExpressionFault` where it has no value. Pure. */
  run(scope: S): Value;
  /** What each path of it is, in the order they stand there; what is not set is null. */
  values(scope: S): Record<string, Json>;
}

/** Reads, checks and compiles an expression. With problems of severity error there is none. */
export function compileExpression<S>(
  cel: string,
  scope: Scope<S>,
  expected: ResultType,
): { expression?: Expression<S>; problems: ExpressionProblem[] } {
  const parsed = parseExpression(cel);
  if ('problem' in parsed) return { problems: [parsed.problem] };
  const { reads, problems } = findPaths(parsed.ast, scope);
  if (problems.length > 0) return { problems };
  const typed = typeCheck(cel, reads, expected);
  if ('code' in typed) return { problems: [typed] };
  const units = checkUnits(parsed.ast, reads);
  const found = [...checkLiterals(parsed.ast, reads), ...units.problems];
  if (found.length > 0) return { problems: found };
  const variables = new Map([...typed.variables].map(([name, read]) => [name, reader(read)]));
  const code: Code<S> = compileTree(typed.ast, variables, scope.emptyRate);
  const shown = new Map(reads.map((read) => [read.path, read.value]));
  const expression: Expression<S> = {
    cel,
    reads,
    unit: units.unit,
    run: (from) => code(from, undefined),
    values: (from) =>
      Object.fromEntries(
        [...shown].map(([path, value]) => [path, showValue(readSafely(value.read, from), value.type === 'time')]),
      ),
  };
  return { expression, problems: [] };
}

function reader<S>({ value, path, has }: Read<S>): (scope: S) => Value {
  const { read } = value;
  if (has) return (scope) => read(scope) !== undefined;
  return (scope) => {
    const found = read(scope);
    if (found === undefined) throw new ExpressionFault(`${path} is not set`);
    if (found === null) throw new ExpressionFault(`${path} is null`);
    return found;
  };
}

function readSafely<S>(read: (scope: S) => Value | undefined, scope: S): Value | undefined {
  try {
    return read(scope);
  } catch {
    return undefined;
  }
}
