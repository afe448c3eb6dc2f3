import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileExpression } from './expression.js';
import type { Scope, ScopeNode, ScopeValue } from './scope.js';
import type { ResultType } from './type-check.js';
import type { Value } from './value.js';

type Bag = Record<string, Value | undefined>;

function value(name: string, type: ScopeValue<Bag>['type']): [string, ScopeNode<Bag>] {
  return [name, { kind: 'value', type, optional: true, read: (bag) => bag[name] }];
}

const SCOPE: Scope<Bag> = {
  roots: new Map([
    value('a', 'int'),
    value('b', 'int'),
    value('s', 'string'),
    value('t', 'time'),
    value('u', 'time'),
    value('free', 'dyn'),
    ['o', { kind: 'fields', lacks: 'o has no field', fields: new Map([value('x', 'int'), value('return', 'int')]) }],
  ]),
  emptyRate: 'error',
};

function run(cel: string, bag: Bag, expected: ResultType = 'int', scope = SCOPE): unknown {
  const { expression, problems } = compileExpression(cel, scope, expected);
  expect(problems).toEqual([]);
  try {
    return expression!.run(bag);
  } catch (error) {
    return (error as Error).message;
  }
}

const AT = Date.UTC(2026, 2, 1);
const MAX = 2n ** 63n - 1n;

describe('an expression', () => {
  it.each<[string, Bag, unknown]>([
    ['a + b * 2', { a: 1n, b: 3n }, 7n],
    ['-7 / 2', {}, -3n],
    ['-7 % 3', {}, -1n],
    ['share(a, 1500)', { a: 4299n }, 644n],
    ['share(a, 1500)', { a: -1n }, -1n],
    ['rate(a, b)', { a: 1n, b: 3n }, 3333n],
    ['percent(4)', {}, 400n],
    ['min(a, b, 7)', { a: 9n, b: 8n }, 7n],
    ['max(a, b)', { a: 9n, b: 8n }, 9n],
    ['size("né😀")', {}, 3n],
    ['a > 1 ? 2 : 3', { a: 1n }, 3n],
    ['t.getFullYear()', { t: AT }, 2026n],
    ['size(free)', { free: ['x', 'y'] }, 2n],
    ['free.n + 1', { free: new Map([['n', 4n]]) }, 5n],
    ['o.return', { return: 3n }, 3n],
  ])('%s with %o is %s', (cel, bag, expected) => {
    expect(run(cel, bag)).toBe(expected);
  });

  it.each<[string, Bag, unknown]>([
    ['t + days(1) > u', { t: AT, u: AT + 86_399_999 }, true],
    ['t - u > hours(23)', { t: AT, u: AT - 86_400_000 }, true],
    ['max(t, u) == t', { t: AT, u: AT - 1 }, true],
    ['t >= timestamp("2026-03-01T00:00:00Z")', { t: AT }, true],
    ['s in ["x", "y"]', { s: 'y' }, true],
    ['s < "\u{1F600}"', { s: '\uffff' }, true],
    ['has(a) && a > 1', {}, false],
    ['!has(a) || a > 1', {}, true],
    ['a > 1 || true', {}, true],
    ['a > 1 && false', {}, false],
    ['free.exists(i, i.n > 3)', { free: [new Map([['n', 1n]]), new Map([['n', 4n]])] }, true],
    ['free.all(i, i > 3)', { free: [1n, 4n] }, false],
    ['free.map(i, i * 2) == [2, 8]', { free: [1n, 4n] }, true],
    ['free.filter(i, i > 3).size() == 1', { free: [1n, 4n] }, true],
    ['free.exists_one(i, has(i.n))', { free: [new Map([['n', 1n]]), new Map()] }, true],
    ['s.startsWith("ab") && s.contains("b") && s.endsWith("c")', { s: 'abc' }, true],
  ])('%s with %o is %s', (cel, bag, expected) => {
    expect(run(cel, bag, 'bool')).toBe(expected);
  });

  it.each<[string, Bag, string]>([
    ['a + 1', { a: MAX }, 'integer overflow'],
    ['a * a', { a: MAX }, 'integer overflow'],
    ['-a', { a: -MAX - 1n }, 'integer overflow'],
    ['a / b', { a: -MAX - 1n, b: -1n }, 'integer overflow'],
    ['a / b', { a: 1n, b: 0n }, 'division by zero'],
    ['a % b', { a: 1n, b: 0n }, 'division by zero'],
    ['rate(a, b)', { a: 1n, b: 0n }, 'a rate without a denominator'],
    ['a + 1', {}, 'a is not set'],
    ['a + 1', { a: null }, 'a is null'],
    ['percent(a)', { a: MAX }, 'integer overflow'],
    ['t + days(a) > t ? 1 : 2', { t: AT, a: MAX }, 'length of time beyond 292 years'],
    ['t + days(a) > t ? 1 : 2', { t: 253_402_300_799_999, a: 1n }, 'time beyond year 1 to 9999'],
    ['free.n + 1', { free: 'text' }, 'free.n is not set'],
    ['free + 1', { free: true }, '`+` does not take these values'],
  ])('%s with %o has no value: %s', (cel, bag, expected) => {
    expect(run(cel, bag)).toBe(expected);
  });

  it('takes a rate without a denominator as the place says', () => {
    expect(run('rate(a, b)', { a: 1n, b: 0n }, 'int', { ...SCOPE, emptyRate: 'zero' })).toBe(0n);
    const noEvidence: Scope<Bag> = { ...SCOPE, emptyRate: 'no-evidence' };
    expect(run('rate(a, b) > 1 || true', { a: 1n, b: 0n }, 'bool', noEvidence)).toContain('no evidence');
  });

  it('says what it read, in the order of the text, each once', () => {
    const { expression } = compileExpression('o.x > 1 && t > u && o.x < 9 && has(s)', SCOPE, 'bool');
    const values = expression!.values({ x: 4n, t: AT });
    expect(Object.entries(values)).toEqual([
      ['o.x', 4],
      ['t', '2026-03-01T00:00:00.000Z'],
      ['u', null],
      ['s', null],
    ]);
  });

  it('adds, compares and divides as int64 does, or says why not', () => {
    const any = fc.bigInt({ min: -(2n ** 63n), max: MAX });
    const operators: [string, (a: bigint, b: bigint) => bigint][] = [
      ['a + b', (a, b) => a + b],
      ['a - b', (a, b) => a - b],
      ['a * b', (a, b) => a * b],
    ];
    fc.assert(
      fc.property(any, any, fc.constantFrom(...operators), (a, b, [cel, exact]) => {
        const result = exact(a, b);
        expect(run(cel, { a, b })).toBe(BigInt.asIntN(64, result) === result ? result : 'integer overflow');
      }),
    );
  });

  it.each(['has()', 'has() && o.x == 1', 'has(o.x, o.y)'])('says that `has` takes one path: %s', (cel) => {
    const { problems } = compileExpression(cel, SCOPE, 'bool');
    expect(problems).toContainEqual(
      expect.objectContaining({ code: 'expression-type', message: expect.stringContaining('`has` takes one path') }),
    );
  });

  it('never throws while it is read, whatever the text', () => {
    const part = fc.constantFrom(
      'a',
      'o.x',
      'has(',
      ')',
      '&&',
      '||',
      '(',
      '"',
      '1',
      '.',
      '[',
      ']',
      '{',
      '?',
      ':',
      'exists(i, ',
      'standing(',
      '!',
      '-',
      ',',
      ' in ',
      'days(',
      '`',
      '\n',
      'null',
      '1.5',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(part).map((parts) => parts.join('')),
        ),
        (cel) => {
          const { expression, problems } = compileExpression(cel, SCOPE, 'bool');
          expect(expression === undefined).toBe(problems.length > 0);
          for (const { start, end } of problems) {
            expect(start).toBeGreaterThanOrEqual(0);
            expect(end).toBeGreaterThan(start);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});
