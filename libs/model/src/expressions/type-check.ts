import { Environment, ParseError, type ASTNode } from '@marcbachmann/cel-js';
import type { ExpressionProblem, Read } from './find-paths.js';
import { SPAN, TIME, ownFunctions } from './functions.js';

export type ResultType = 'int' | 'bool';

/** Variables of each type, ready in one environment; an expression uses them for the paths it reads. */
const POOL = 24;
const PREFIXES = { int: '__i', string: '__s', bool: '__b', time: '__t', dyn: '__d' } as const;
const CEL_TYPES = { int: 'int', string: 'string', bool: 'bool', time: TIME, dyn: 'dyn' } as const;

let ready: Environment | undefined;

function environment(): Environment {
  if (ready !== undefined) return ready;
  ready = new Environment({ limits: { maxAstNodes: 400, maxDepth: 32, maxListElements: 64, maxCallArguments: 8 } });
  for (const type of Object.keys(PREFIXES) as (keyof typeof PREFIXES)[]) {
    for (let i = 0; i < POOL; i++) ready.registerVariable(`${PREFIXES[type]}${i}`, CEL_TYPES[type]);
  }
  const signatures = Object.keys(ownFunctions('zero'));
  for (const signature of signatures) ready.registerFunction(signature, () => null);
  return ready;
}

/** Reads an expression. */
export function parseExpression(cel: string): { ast: ASTNode } | { problem: ExpressionProblem } {
  try {
    return { ast: environment().parse(cel).ast };
  } catch (error) {
    return { problem: syntaxProblem(cel, error) };
  }
}

function syntaxProblem(cel: string, error: unknown): ExpressionProblem {
  const found = error instanceof ParseError ? error : undefined;
  const start = Math.min(found?.range?.start ?? 0, Math.max(0, cel.length - 1));
  const end = Math.max(start + 1, Math.min(found?.range?.end ?? cel.length, cel.length));
  const message = `the expression cannot be read: ${syntaxInWords(found?.summary)}`;
  return { code: 'expression-syntax', start, end, message, mend: mendSyntax(cel, start) };
}

function syntaxInWords(summary: string | undefined): string {
  if (summary === undefined) return 'it is nested too deeply';
  return /EOF/.test(summary) ? 'it ends too early' : lowered(summary);
}

function mendSyntax(cel: string, at: number): string {
  if (/\d+(\.\d+)?\s*%\s*($|[)&|,])/.test(cel)) return 'a share is percent(4), not 4%';
  if (/\b(and|or|not)\b/.test(cel)) return 'write &&, || and !';
  if (/[^=!<>]=[^=]/.test(cel)) return 'compare with ==';
  if (/=>|=</.test(cel)) return 'write >= or <=';
  const open = cel.split('(').length - cel.split(')').length;
  if (open > 0) return 'close the bracket';
  if (open < 0) return 'there is a bracket too many';
  return at === 0 && cel.trim() === '' ? 'write an expression' : 'see https://cel.dev';
}

/** An expression with its paths replaced by variables, so that it can be typed and run without objects. */
export interface Rewritten<S> {
  text: string;
  ast: ASTNode;
  /** Variable → what it reads. */
  variables: Map<string, Read<S>>;
}

/** Replaces paths by variables and checks types. */
export function typeCheck<S>(
  cel: string,
  reads: readonly Read<S>[],
  expected: ResultType,
): Rewritten<S> | ExpressionProblem {
  const counts = { int: 0, string: 0, bool: 0, time: 0, dyn: 0 };
  const variables = new Map<string, Read<S>>();
  const names = new Map<string, string>();
  const pieces: { start: number; end: number; at: number; length: number }[] = [];
  let text = '';
  let from = 0;
  for (const read of reads) {
    const type = read.has ? 'bool' : read.value.type;
    const key = read.has ? `has ${read.path}` : read.path;
    let name = names.get(key);
    if (name === undefined) {
      if (counts[type] === POOL)
        return {
          code: 'expression-syntax',
          start: 0,
          end: cel.length,
          message: 'the expression reads too many things',
          mend: 'split it',
        };
      name = `${PREFIXES[type]}${counts[type]++}`;
      names.set(key, name);
      variables.set(name, read);
    }
    text += cel.slice(from, read.start);
    pieces.push({ start: read.start, end: read.end, at: text.length, length: name.length });
    text += name;
    from = read.end;
  }
  text += cel.slice(from);
  const back = (offset: number, end: boolean): number => {
    let shift = 0;
    for (const piece of pieces) {
      if (offset < piece.at) break;
      if (offset < piece.at + piece.length || (end && offset === piece.at + piece.length))
        return end ? piece.end : piece.start;
      shift = piece.end - (piece.at + piece.length);
    }
    return offset + shift;
  };
  try {
    const parsed = environment().parse(text);
    const checked = parsed.check();
    if (checked.valid) {
      const type = checked.type ?? '';
      if (type === expected || type === 'dyn') return { text, ast: parsed.ast, variables };
      const said = `the expression is ${typeName(type)}, ${typeName(expected)} is needed`;
      return {
        code: 'expression-type',
        start: 0,
        end: cel.length,
        message: said,
        mend:
          expected === 'bool'
            ? 'compare it with something'
            : type === 'bool'
              ? 'take off the comparison'
              : 'read an amount',
      };
    }
    const { range, summary } = checked.error!;
    const start = back(range?.start ?? 0, false);
    const end = Math.max(start + 1, back(range?.end ?? text.length, true));
    const problem: ExpressionProblem = { code: 'expression-type', start, end, message: inWords(summary) };
    const mend = mendType(summary);
    return mend === undefined ? problem : { ...problem, mend };
  } catch (error) {
    return syntaxProblem(cel, error);
  }
}

const NAMES: Record<string, string> = {
  int: 'a number',
  string: 'a text',
  bool: 'true or false',
  [TIME]: 'a time',
  [SPAN]: 'a length of time',
  null: 'null',
  double: 'a float',
};

function typeName(type: string): string {
  return Object.hasOwn(NAMES, type) ? NAMES[type]! : type.startsWith('list') ? 'a list' : type;
}

/** The type checker's message in words of the model. */
function inWords(summary: string): string {
  const operator = /^no such overload: (\S+) (\S+) (.+)$/.exec(summary);
  if (operator !== null) {
    const [, left = '', op = '', right = ''] = operator;
    return `\`${op}\` does not take ${typeName(left)} and ${typeName(right)}`;
  }
  const call = /^found no matching overload for '([^(]+)\((.*)\)'$/.exec(summary);
  if (call !== null) {
    const given = call[2] === '' ? 'nothing' : call[2]!.split(', ').map(typeName).join(', ');
    return `\`${call[1]}\` does not take ${given}`;
  }
  return lowered(summary.replaceAll(/'([\w.]+)'/g, (_, type: string) => typeName(type)));
}

function mendType(summary: string): string | undefined {
  const signatures = {
    share: 'share(amount, share)',
    rate: 'rate(part, whole)',
    percent: 'percent(4)',
    days: 'days(7)',
    hours: 'hours(12)',
    min: 'min(a, b)',
    max: 'max(a, b)',
  };
  const name = /overload for '(\w+)\(/.exec(summary)?.[1];
  if (name !== undefined && Object.hasOwn(signatures, name))
    return `write ${signatures[name as keyof typeof signatures]}`;
  if (/Timestamp [+-] int|int \+ .*Timestamp/.test(summary)) return 'write days(n) or hours(n)';
  if (/(Timestamp|Duration)/.test(summary)) return 'compare times with times: order.promised + days(1)';
  if (/null/.test(summary)) return 'ask with has(…)';
  return undefined;
}

function lowered(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
