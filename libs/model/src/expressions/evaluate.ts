import type { ASTNode } from '@marcbachmann/cel-js';
import { CEL_FUNCTIONS, CEL_METHODS, NoEvidence, SPAN, TIME, ownFunctions, type EmptyRate } from './functions.js';
import { ExpressionFault, compare, equal, int, span, time, type Value } from './value.js';

/** An expression made ready: reads a scope, and the variables of enclosing macros. */
export type Code<S> = (scope: S, locals: ReadonlyMap<string, Value> | undefined) => Value;

type Typed = ASTNode & { checkedType?: { name: string } };

/**
 * Turns a checked syntax tree into closures. Evaluation is pure, takes no clock and no locale, and throws
 * `ExpressionFault` where there is no value. Semantics: CEL's, int64 checked, `&&` and `||` absorb errors.
 *
 * @param variables what the names of the rewritten expression read
 */
export function compileTree<S>(
  node: ASTNode,
  variables: ReadonlyMap<string, (scope: S) => Value>,
  emptyRate: EmptyRate,
): Code<S> {
  return new TreeCompiler(variables, emptyRate).compile(node);
}

class TreeCompiler<S> {
  private readonly own: Map<string, (...values: never[]) => Value>;

  constructor(
    private readonly variables: ReadonlyMap<string, (scope: S) => Value>,
    emptyRate: EmptyRate,
  ) {
    this.own = new Map(
      Object.entries(ownFunctions(emptyRate)).map(([signature, run]) => [
        signature.slice(0, signature.indexOf('(')),
        run,
      ]),
    );
  }

  compile(node: ASTNode): Code<S> {
    switch (node.op) {
      case 'value': {
        const value = node.args as Value;
        return () => value;
      }
      case 'id': {
        const name = node.args;
        const read = this.variables.get(name);
        if (read !== undefined) return (scope) => read(scope);
        return (_, locals) => locals!.get(name)!;
      }
      case '.': {
        const [inner, name] = node.args;
        const from = this.compile(inner);
        return (scope, locals) => fieldOf(from(scope, locals), name);
      }
      case '[]': {
        const [list, index] = node.args.map((side) => this.compile(side)) as [Code<S>, Code<S>];
        return (scope, locals) => itemOf(list(scope, locals), index(scope, locals));
      }
      case '&&':
      case '||': {
        const [left, right] = node.args.map((side) => this.compile(side)) as [Code<S>, Code<S>];
        return logical(left, right, node.op === '||');
      }
      case '?:': {
        const [condition, yes, no] = node.args.map((side) => this.compile(side)) as [Code<S>, Code<S>, Code<S>];
        return (scope, locals) => (truth(condition(scope, locals)) ? yes(scope, locals) : no(scope, locals));
      }
      case '!_': {
        const inner = this.compile(node.args);
        return (scope, locals) => !truth(inner(scope, locals));
      }
      case '-_': {
        const inner = this.compile(node.args);
        return (scope, locals) => {
          const value = inner(scope, locals);
          if (typeof value === 'bigint') return int(-value);
          throw new ExpressionFault('no number');
        };
      }
      case 'list': {
        const items = node.args.map((item) => this.compile(item));
        return (scope, locals) => items.map((item) => item(scope, locals));
      }
      case 'call': {
        const [name, args] = node.args;
        if (name === 'has') return this.has(args[0]!);
        return this.invoke(this.own.get(name) ?? CEL_FUNCTIONS[name]!, args);
      }
      case 'rcall': {
        const [name, receiver, args] = node.args;
        if (Object.hasOwn(CEL_METHODS, name)) return this.invoke(CEL_METHODS[name]!, [receiver, ...args]);
        return this.macro(name, receiver, args);
      }
      case '==':
      case '!=': {
        const [left, right] = node.args.map((side) => this.compile(side)) as [Code<S>, Code<S>];
        const same = node.op === '==';
        return (scope, locals) => equal(left(scope, locals), right(scope, locals)) === same;
      }
      case 'in': {
        const [item, list] = node.args.map((side) => this.compile(side)) as [Code<S>, Code<S>];
        return (scope, locals) => {
          const value = item(scope, locals);
          return itemsOf(list(scope, locals)).some((other) => equal(value, other));
        };
      }
      case '<':
      case '<=':
      case '>':
      case '>=': {
        const [left, right] = node.args.map((side) => this.compile(side)) as [Code<S>, Code<S>];
        const op = node.op;
        if (op === '<') return (scope, locals) => compare(left(scope, locals), right(scope, locals)) < 0;
        if (op === '<=') return (scope, locals) => compare(left(scope, locals), right(scope, locals)) <= 0;
        if (op === '>') return (scope, locals) => compare(left(scope, locals), right(scope, locals)) > 0;
        return (scope, locals) => compare(left(scope, locals), right(scope, locals)) >= 0;
      }
      case '+':
      case '-':
      case '*':
      case '/':
      case '%': {
        const [left, right] = node.args.map((side) => this.compile(side)) as [Code<S>, Code<S>];
        const run = arithmetic(node.op, (node as Typed).checkedType?.name);
        return (scope, locals) => run(left(scope, locals), right(scope, locals));
      }
      default:
        throw new ExpressionFault(`\`${node.op}\` is not supported`);
    }
  }

  private invoke(run: (...values: never[]) => Value, args: ASTNode[]): Code<S> {
    const codes = args.map((arg) => this.compile(arg));
    const [first, second] = codes;
    const call = run as (...values: Value[]) => Value;
    if (codes.length === 1) return (scope, locals) => call(first!(scope, locals));
    if (codes.length === 2) return (scope, locals) => call(first!(scope, locals), second!(scope, locals));
    return (scope, locals) => call(...codes.map((code) => code(scope, locals)));
  }

  /** `has` of a field of a macro's variable; all others are variables of their own. */
  private has(asked: ASTNode): Code<S> {
    if (asked.op !== '.') throw new ExpressionFault('has() takes a path');
    const [inner, name] = asked.args;
    const from = this.compile(inner);
    return (scope, locals) => {
      const value = from(scope, locals);
      return value instanceof Map && value.has(name);
    };
  }

  private macro(name: string, receiver: ASTNode, [variable, ...bodies]: ASTNode[]): Code<S> {
    if (variable?.op !== 'id') throw new ExpressionFault(`\`${name}\` takes a name first`);
    const local = variable.args;
    const list = this.compile(receiver);
    const [body, transform] = bodies.map((each) => this.compile(each)) as [Code<S>, Code<S> | undefined];
    return (scope, locals) => {
      const items = itemsOf(list(scope, locals));
      const run = (code: Code<S>, item: Value): Value => code(scope, new Map([...(locals ?? []), [local, item]]));
      switch (name) {
        case 'exists':
          return anyItem(items, true, (item) => truth(run(body, item)));
        case 'all':
          return !anyItem(items, false, (item) => truth(run(body, item)));
        case 'exists_one':
          return items.filter((item) => truth(run(body, item))).length === 1;
        case 'filter':
          return items.filter((item) => truth(run(body, item)));
        default:
          if (transform === undefined) return items.map((item) => run(body, item));
          return items.filter((item) => truth(run(body, item))).map((item) => run(transform, item));
      }
    };
  }
}

/** `&&` and `||`: an error on one side is forgotten where the other side decides; that there is no evidence is not. */
function logical<S>(left: Code<S>, right: Code<S>, deciding: boolean): Code<S> {
  return (scope, locals) => {
    let fault: unknown;
    try {
      if (truth(left(scope, locals)) === deciding) return deciding;
    } catch (error) {
      if (error instanceof NoEvidence) throw error;
      fault = error;
    }
    if (truth(right(scope, locals)) === deciding) return deciding;
    if (fault !== undefined) throw fault;
    return !deciding;
  };
}

/** Whether some item has this truth; an error counts only where no item decides. */
function anyItem(items: readonly Value[], wanted: boolean, test: (item: Value) => boolean): boolean {
  let fault: unknown;
  for (const item of items) {
    try {
      if (test(item) === wanted) return true;
    } catch (error) {
      if (error instanceof NoEvidence) throw error;
      fault ??= error;
    }
  }
  if (fault !== undefined) throw fault;
  return false;
}

function truth(value: Value): boolean {
  if (typeof value === 'boolean') return value;
  throw new ExpressionFault('neither true nor false');
}

function itemsOf(value: Value): readonly Value[] {
  if (Array.isArray(value)) return value;
  if (value instanceof Map) return [...value.keys()];
  throw new ExpressionFault('no list');
}

function fieldOf(value: Value, name: string): Value {
  const found = value instanceof Map ? (value.get(name) as Value | undefined) : undefined;
  if (found === undefined) throw new ExpressionFault(`there is no field ${name}`);
  return found;
}

function itemOf(value: Value, index: Value): Value {
  if (value instanceof Map && typeof index === 'string') return fieldOf(value, index);
  const found =
    Array.isArray(value) && typeof index === 'bigint' ? (value[Number(index)] as Value | undefined) : undefined;
  if (found === undefined) throw new ExpressionFault(`there is no item ${String(index)}`);
  return found;
}

function arithmetic(op: '+' | '-' | '*' | '/' | '%', type: string | undefined): (left: Value, right: Value) => Value {
  const check = type === TIME ? time : type === SPAN ? span : undefined;
  if (check !== undefined && (op === '+' || op === '-')) {
    return (left, right) => {
      if (typeof left !== 'number' || typeof right !== 'number') throw new ExpressionFault('no time');
      return check(op === '+' ? left + right : left - right);
    };
  }
  return (left, right) => {
    if (typeof left === 'bigint' && typeof right === 'bigint') {
      if ((op === '/' || op === '%') && right === 0n) throw new ExpressionFault('division by zero');
      switch (op) {
        case '+':
          return int(left + right);
        case '-':
          return int(left - right);
        case '*':
          return int(left * right);
        case '/':
          return int(left / right);
        case '%':
          return left % right;
        default:
          return op satisfies never;
      }
    }
    if (op === '+' && typeof left === 'string' && typeof right === 'string') return left + right;
    if (op === '+' && Array.isArray(left) && Array.isArray(right)) return [...(left as Value[]), ...(right as Value[])];
    throw new ExpressionFault(`\`${op}\` does not take these values`);
  };
}
