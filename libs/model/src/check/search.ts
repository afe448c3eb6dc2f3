import type { ASTNode } from '@marcbachmann/cel-js';
import { childrenOf } from '../expressions/literals.js';
import { parseExpression } from '../expressions/type-check.js';

/** Values of measures. */
export type Point = Record<string, number>;

const TRIES = 4000;
const COUNTS = [0, 1, 2, 10, 100, 1000, 10_000, 1_000_000];

/**
 * Searches values of measures for a point. Candidates are what the expressions compare with, a little more and less,
 * and shares of each other (rates). The same expressions always give the same search.
 *
 * @returns the first point that passes, or `undefined`: then there may still be one, but it is hard to find
 */
export function searchPoint(
  names: readonly string[],
  expressions: readonly string[],
  test: (point: Point) => boolean,
): Point | undefined {
  const constants = expressions.flatMap(constantsOf);
  const near = constants.flatMap((value) => [value - 1, value, value + 1]);
  const values = [...new Set([...COUNTS, ...near])].filter((value) => value >= 0 && Number.isSafeInteger(value));
  const shares = constants.filter((value) => value > 0 && value <= 20_000);
  const draw = draws();
  const pick = (from: readonly number[]): number => from[draw() % from.length] ?? 0;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const point: Point = {};
    const order = draw() % 2 === 0 ? names : names.toReversed();
    let before: number | undefined;
    for (const name of order) {
      const relative = before !== undefined && draw() % 2 === 0;
      const share = shares.length > 0 && draw() % 4 !== 0 ? pick(shares) : pick([100, 1000, 5000, 10_000, 20_000]);
      const value: number = relative ? Math.floor((before! * share) / 10_000) + pick([-1, 0, 1]) : pick(values);
      point[name] = Math.max(0, value);
      before = point[name];
    }
    if (test(point)) return point;
  }
  return undefined;
}

/** A point in words: `delivered 100, late 5`. */
export function showPoint(point: Point, names: readonly string[]): string {
  return names.map((name) => `${name} ${point[name]}`).join(', ');
}

/** Whole numbers of an expression, and what `percent` makes of them. */
function constantsOf(cel: string): number[] {
  const parsed = parseExpression(cel);
  if ('problem' in parsed) return [];
  const found: number[] = [];
  const visit = (node: ASTNode): void => {
    if (node.op === 'value' && typeof node.args === 'bigint') found.push(Number(node.args), Number(node.args) * 100);
    for (const child of childrenOf(node)) visit(child);
  };
  visit(parsed.ast);
  return found;
}

/** A fixed sequence of whole numbers (Park and Miller, Communications of the ACM 31, 1988). */
function draws(): () => number {
  let state = 20_260_302;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state >> 3;
  };
}
