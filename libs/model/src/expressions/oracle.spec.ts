import { isCelError, run as runOracle, type CelInput } from '@bufbuild/cel';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileExpression } from './expression.js';
import type { Scope, ScopeNode, ScopeValue } from './scope.js';
import type { ResultType } from './type-check.js';
import type { Value } from './value.js';

/** The same expression for both: lengths of time are days(n) here, duration("…s") there. */
interface Twin {
  ours: string;
  theirs: string;
}

interface Bag {
  a?: bigint;
  b?: bigint;
  s?: string;
  t?: number;
  u?: number;
}

function variable(name: keyof Bag, type: ScopeValue<Bag>['type']): [string, ScopeNode<Bag>] {
  return [name, { kind: 'value', type, read: (bag) => bag[name] }];
}

const SCOPE: Scope<Bag> = {
  roots: new Map([
    variable('a', 'int'),
    variable('b', 'int'),
    variable('s', 'string'),
    variable('t', 'time'),
    variable('u', 'time'),
  ]),
  emptyRate: 'error',
};

const same = (text: string): Twin => ({ ours: text, theirs: text });
const joined = (pattern: string, ...parts: Twin[]): Twin => {
  const fill = (side: keyof Twin): string =>
    parts.reduce((text, part, i) => text.replaceAll(`$${i}`, () => part[side]), pattern);
  return { ours: fill('ours'), theirs: fill('theirs') };
};

const { int, bool } = fc.letrec<{ int: Twin; bool: Twin; time: Twin; span: Twin; text: Twin }>((tie) => {
  const pair = (kind: 'int' | 'bool' | 'time' | 'text') => fc.tuple(tie(kind), tie(kind));
  const both = (kind: 'int' | 'bool' | 'time' | 'text', operators: string[]) =>
    fc
      .tuple(pair(kind), fc.constantFrom(...operators))
      .map(([[left, right], op]) => joined(`($0 ${op} $1)`, left, right));
  return {
    int: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.constantFrom('a', 'b', '0', '1', '7', '-3', '9223372036854775807').map(same),
      both('int', ['+', '-', '*', '/', '%']),
      // The oracle cancels two signs in a row, where negating the least integer twice has no value.
      tie('int').map((inner) => joined(inner.ours.startsWith('(-(') ? '(-($0 + 0))' : '(-($0))', inner)),
      tie('text').map((inner) => joined('size($0)', inner)),
      fc.tuple(tie('bool'), tie('int'), tie('int')).map((parts) => joined('($0 ? $1 : $2)', ...parts)),
    ),
    bool: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      both('int', ['<', '<=', '>', '>=', '==', '!=']),
      both('time', ['<', '<=', '>', '>=', '==', '!=']),
      both('text', ['<', '<=', '>', '>=', '==', '!=']),
      both('bool', ['&&', '||', '==']),
      tie('bool').map((inner) => joined('(!($0))', inner)),
      fc.tuple(tie('int'), tie('int'), tie('int')).map((parts) => joined('($0 in [$1, $2])', ...parts)),
      fc
        .tuple(fc.constantFrom('exists', 'all', 'exists_one'), tie('int'), tie('int'), tie('int'))
        .map(([macro, ...parts]) => joined(`[$0, $1, a].${macro}(i, i / $2 > i - 1)`, ...parts)),
      fc
        .tuple(fc.constantFrom('startsWith', 'endsWith', 'contains'), tie('text'), tie('text'))
        .map(([method, ...parts]) => joined(`$0.${method}($1)`, ...parts)),
    ),
    time: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      fc.constantFrom('t', 'u', 'timestamp("2026-03-04T18:00:00Z")').map(same),
      fc
        .tuple(tie('time'), fc.constantFrom('+', '-'), tie('span'))
        .map(([time, op, span]) => joined(`($0 ${op} $1)`, time, span)),
    ),
    span: fc.oneof(
      { maxDepth: 2, withCrossShrink: true },
      fc.integer({ min: 0, max: 3000 }).map((n) => ({ ours: `days(${n})`, theirs: `duration("${n * 86_400}s")` })),
      fc.integer({ min: 0, max: 100 }).map((n) => ({ ours: `hours(${n})`, theirs: `duration("${n * 3600}s")` })),
      fc.tuple(tie('time'), tie('time')).map((parts) => joined('($0 - $1)', ...parts)),
    ),
    text: fc.constantFrom('s', '""', '"a"', '"ab"', '"né"').map(same),
  };
});

const bags = fc.record<Bag>(
  {
    a: fc.oneof(fc.bigInt({ min: -5n, max: 5n }), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
    b: fc.bigInt({ min: -5n, max: 5n }),
    s: fc.constantFrom('', 'a', 'ba', 'né'),
    t: fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 }),
    u: fc.constant(Date.UTC(2026, 2, 4, 18)),
  },
  { requiredKeys: [] },
);

const FAULT = Symbol('no value');

function ours(cel: string, bag: Bag, expected: ResultType): Value | typeof FAULT {
  const { expression, problems } = compileExpression(cel, SCOPE, expected);
  expect(problems).toEqual([]);
  try {
    return expression!.run(bag);
  } catch {
    return FAULT;
  }
}

function theirs(cel: string, { t, u, ...rest }: Bag): unknown {
  const bindings: Record<string, CelInput> = { ...rest };
  if (t !== undefined) bindings['t'] = timestampFromMs(t);
  if (u !== undefined) bindings['u'] = timestampFromMs(u);
  const result = runOracle(cel, bindings);
  return isCelError(result) ? FAULT : result;
}

describe('an expression means what @bufbuild/cel says it means', () => {
  it.each([
    ['bool', bool],
    ['int', int],
  ] as const)('of type %s', (type, twins) => {
    fc.assert(
      fc.property(twins, bags, (twin, bag) => {
        expect(ours(twin.ours, bag, type)).toEqual(theirs(twin.theirs, bag));
      }),
      { numRuns: 600 },
    );
  });
});
