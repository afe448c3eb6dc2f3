import type { ASTNode } from '@marcbachmann/cel-js';
import { didYouMean } from '../problems/did-you-mean.js';
import type { ProblemCode } from '../problems/problem-codes.js';
import { CEL_FUNCTIONS, CEL_METHODS, MACROS, ownFunctions } from './functions.js';
import type { Scope, ScopeFields, ScopeNode, ScopeValue } from './scope.js';

/** Something wrong with an expression; offsets count in its text. */
export interface ExpressionProblem {
  code: ProblemCode;
  start: number;
  end: number;
  message: string;
  mend?: string;
}

/** A place where an expression reads a value, or asks whether it is set. */
export interface Read<S> {
  start: number;
  end: number;
  /** `order.promised`, without white space. */
  path: string;
  value: ScopeValue<S>;
  /** `has(order.promised)`: the place is the whole call. */
  has: boolean;
  /** Whether the expression reads it only where it is set. */
  guarded: boolean;
}

const FUNCTIONS = new Set([
  ...Object.keys(ownFunctions('zero')).map((signature) => signature.slice(0, signature.indexOf('('))),
  ...Object.keys(CEL_FUNCTIONS),
]);
const FUNCTIONS_SHOWN = [
  'share',
  'rate',
  'percent',
  'days',
  'hours',
  'min',
  'max',
  'has',
  'standing',
  'size',
  'timestamp',
];

interface Part {
  name: string;
  start: number;
  end: number;
}

/** Finds what an expression reads, in the order of the text, and everything in it that models do not allow. */
export function findPaths<S>(ast: ASTNode, scope: Scope<S>): { reads: Read<S>[]; problems: ExpressionProblem[] } {
  const finder = new PathFinder(scope);
  finder.walk(ast, new Set(), new Set());
  return { reads: finder.reads.toSorted((a, b) => a.start - b.start), problems: finder.problems };
}

class PathFinder<S> {
  readonly reads: Read<S>[] = [];
  readonly problems: ExpressionProblem[] = [];

  constructor(private readonly scope: Scope<S>) {}

  walk(node: ASTNode, bound: ReadonlySet<string>, set: ReadonlySet<string>): void {
    switch (node.op) {
      case 'value':
        this.literal(node);
        return;
      case 'id':
      case '.':
        this.path(node, bound, set);
        return;
      case 'call':
        this.call(node, node.args[0], node.args[1], bound, set);
        return;
      case 'rcall':
        this.method(node, node.args, bound, set);
        return;
      case '&&':
      case '||': {
        const [left, right] = node.args;
        const truth = node.op === '&&';
        this.walk(left, bound, new Set([...set, ...facts(right, truth)]));
        this.walk(right, bound, new Set([...set, ...facts(left, truth)]));
        return;
      }
      case '?:': {
        const [condition, yes, no] = node.args;
        this.walk(condition, bound, set);
        this.walk(yes, bound, new Set([...set, ...facts(condition, true)]));
        this.walk(no, bound, new Set([...set, ...facts(condition, false)]));
        return;
      }
      case '!_':
      case '-_':
        this.walk(node.args, bound, set);
        return;
      case 'list':
        for (const item of node.args) this.walk(item, bound, set);
        return;
      case 'map':
        this.say('function-refused', node, 'expressions build no maps', 'compare the values one by one');
        return;
      case '.?':
      case '[?]':
        this.say('function-refused', node, 'optional chaining is left out', 'ask with has(…)');
        return;
      default: {
        const [left, right] = node.args as [ASTNode, ASTNode];
        this.walk(left, bound, set);
        this.walk(right, bound, set);
      }
    }
  }

  private literal(node: ASTNode & { op: 'value' }): void {
    const value = node.args;
    if (typeof value === 'number') {
      this.say(
        'function-refused',
        node,
        'there are no floats',
        'use whole numbers: shares are percent(4) or basis points',
      );
    } else if (typeof value === 'object' && value !== null) {
      this.say('function-refused', node, 'no such literal', 'use texts and whole numbers');
    }
  }

  private path(node: ASTNode, bound: ReadonlySet<string>, set: ReadonlySet<string>): void {
    const { root, parts } = flatten(node);
    if (root.op === 'id' && bound.has(root.args)) return;
    const found = this.resolve(root, parts, node, bound);
    if (found === undefined) return;
    this.reads.push({ start: node.start, end: node.end, ...found, has: false, guarded: set.has(found.path) });
  }

  /** Follows names through the scope; says what is unknown. Other roots than names are walked as expressions. */
  private resolve(
    root: ASTNode,
    parts: Part[],
    whole: ASTNode,
    bound: ReadonlySet<string>,
  ): { path: string; value: ScopeValue<S> } | undefined {
    if (root.op === 'id') {
      const node = this.scope.roots.get(root.args);
      if (node !== undefined) return this.follow(node, root.args, parts, whole);
      const known = [...this.scope.roots.keys()];
      const mend = FUNCTIONS.has(root.args) ? `it is a function: ${root.args}(…)` : didYouMean(root.args, known);
      this.say(
        'unknown-field',
        root,
        `\`${root.args}\` is nothing an expression can see here`,
        mend ?? `there is ${known.join(', ')}`,
      );
      return undefined;
    }
    if (root.op === 'call' && root.args[0] === 'standing' && this.scope.standingOf !== undefined) {
      const [participant, ...more] = root.args[1];
      const inner = participant === undefined ? undefined : flatten(participant);
      if (inner === undefined || more.length > 0 || inner.root.op !== 'id' || bound.has(inner.root.args)) {
        this.say(
          'expression-type',
          root,
          '`standing` takes a path to a participant',
          'standing(data.seller), standing(by.id)',
        );
        return undefined;
      }
      const named = this.resolve(inner.root, inner.parts, participant!, bound);
      if (named === undefined) return undefined;
      if (named.value.type !== 'string' || named.value.roles === undefined) {
        this.say(
          'expression-type',
          participant!,
          `\`${named.path}\` names no participant`,
          'a property whose type is a role, a party, or by.id',
        );
        return undefined;
      }
      return this.follow(this.scope.standingOf(named.value), `standing(${named.path})`, parts, whole);
    }
    this.walk(root, bound, new Set());
    return undefined;
  }

  private follow(
    start: ScopeNode<S>,
    first: string,
    parts: Part[],
    whole: ASTNode,
  ): { path: string; value: ScopeValue<S> } | undefined {
    let node = start;
    let path = first;
    for (const [i, part] of parts.entries()) {
      if (node.kind === 'value') {
        if (node.type === 'dyn')
          return {
            path: [path, ...parts.slice(i).map(({ name }) => name)].join('.'),
            value: inside(node, parts.slice(i)),
          };
        this.say('unknown-field', part, `\`${path}\` has no fields`, 'read it as it is');
        return undefined;
      }
      const next: ScopeNode<S> | undefined = node.fields.get(part.name) ?? node.other?.(part.name);
      if (next === undefined) {
        this.say('unknown-field', part, `${node.lacks} \`${part.name}\``, didYouMean(part.name, node.fields.keys()));
        return undefined;
      }
      node = next;
      path = `${path}.${part.name}`;
    }
    if (node.kind === 'value') return { path, value: node };
    this.say('expression-type', whole, `\`${path}\` is no value by itself`, fieldsOf(path, node));
    return undefined;
  }

  private call(
    node: ASTNode,
    name: string,
    args: ASTNode[],
    bound: ReadonlySet<string>,
    set: ReadonlySet<string>,
  ): void {
    if (name === 'has') {
      const [asked] = args;
      if (asked === undefined || args.length > 1) {
        this.say('expression-type', node, `\`has\` takes one path, not ${args.length}`, 'write has(data.field)');
        return;
      }
      const { root, parts } = flatten(asked);
      if (root.op === 'id' && bound.has(root.args)) return;
      const found = this.resolve(root, parts, asked, bound);
      if (found !== undefined)
        this.reads.push({ start: node.start, end: node.end, ...found, has: true, guarded: true });
      return;
    }
    if (name === 'standing') {
      if (this.scope.standingOf === undefined)
        this.say('unknown-function', node, '`standing` cannot be read here', 'see what an expression can see here');
      else
        this.say(
          'expression-type',
          node,
          '`standing(…)` is no value by itself',
          'read its tier: standing(data.seller).tier',
        );
      return;
    }
    if (name === 'matches') this.refuseMatches(node);
    else if (!FUNCTIONS.has(name)) {
      const at = { start: node.start, end: node.start + name.length };
      this.say(
        'unknown-function',
        at,
        `there is no function \`${name}\``,
        didYouMean(name, FUNCTIONS_SHOWN) ?? `there are ${FUNCTIONS_SHOWN.join(', ')}`,
      );
    }
    for (const arg of args) this.walk(arg, bound, set);
  }

  private method(
    node: ASTNode,
    [name, receiver, args]: [string, ASTNode, ASTNode[]],
    bound: ReadonlySet<string>,
    set: ReadonlySet<string>,
  ): void {
    this.walk(receiver, bound, set);
    if (MACROS.includes(name)) {
      const [variable, ...bodies] = args;
      const inner = new Set([...bound, ...(variable?.op === 'id' ? [variable.args] : [])]);
      for (const body of bodies) this.walk(body, inner, set);
      return;
    }
    if (name === 'matches') this.refuseMatches(node);
    else if (!Object.hasOwn(CEL_METHODS, name)) {
      const mend =
        didYouMean(name, [...Object.keys(CEL_METHODS), ...MACROS]) ??
        `there are ${Object.keys(CEL_METHODS).join(', ')}`;
      this.say('unknown-function', node, `there is no function \`.${name}()\``, mend);
    }
    for (const arg of args) this.walk(arg, bound, set);
  }

  private refuseMatches(node: ASTNode): void {
    this.say(
      'function-refused',
      node,
      '`matches` is left out: a pattern can run for ever',
      'use startsWith, endsWith, contains, or `pattern` in `data`',
    );
  }

  private say(code: ProblemCode, at: { start: number; end: number }, message: string, mend?: string): void {
    const problem: ExpressionProblem = { code, start: at.start, end: at.end, message };
    this.problems.push(mend === undefined ? problem : { ...problem, mend });
  }
}

function flatten(node: ASTNode): { root: ASTNode; parts: Part[] } {
  const parts: Part[] = [];
  let root = node;
  while (root.op === '.') {
    const [inner, name] = root.args;
    parts.unshift({ name, start: root.end - name.length, end: root.end });
    root = inner;
  }
  return { root, parts };
}

/** The paths that are set wherever the condition has this truth. */
export function facts(node: ASTNode, truth: boolean): string[] {
  if (node.op === '!_') return facts(node.args, !truth);
  if ((node.op === '&&' && truth) || (node.op === '||' && !truth))
    return node.args.flatMap((side) => facts(side, truth));
  const asked = node.op === 'call' && node.args[0] === 'has' ? node.args[1][0] : undefined;
  if (asked !== undefined && truth) {
    const { root, parts } = flatten(asked);
    if (root.op === 'id') return [[root.args, ...parts.map(({ name }) => name)].join('.')];
  }
  return [];
}

/** A field inside a value of a free form. */
function inside<S>(node: ScopeValue<S>, parts: Part[]): ScopeValue<S> {
  return {
    kind: 'value',
    type: 'dyn',
    optional: true,
    read: (scope) => {
      let value = node.read(scope);
      for (const { name } of parts)
        value = value instanceof Map ? (value as ReadonlyMap<string, typeof value>).get(name) : undefined;
      return value;
    },
  };
}

function fieldsOf<S>(path: string, { fields }: ScopeFields<S>): string {
  const names = [...fields.keys()];
  return names.length === 0
    ? 'read one of its fields'
    : `read one of its fields: ${names
        .slice(0, 8)
        .map((name) => `${path}.${name}`)
        .join(', ')}`;
}
