import type { ASTNode } from '@marcbachmann/cel-js';
import type { ExpressionProblem, Read } from './find-paths.js';
import { childrenOf } from './literals.js';

/** Finds the unit of an expression (`share`, an asset, none), and where two units are mixed. */
export function checkUnits<S>(
  ast: ASTNode,
  reads: readonly Read<S>[],
): { unit: string | undefined; problems: ExpressionProblem[] } {
  const problems: ExpressionProblem[] = [];
  const same = (node: ASTNode, left: string | undefined, right: string | undefined): string | undefined => {
    if (left === undefined || right === undefined || left === right) return left ?? right;
    const message = `${nameOf(left)} and ${nameOf(right)} are mixed`;
    const mend =
      left === 'share' || right === 'share'
        ? 'take a part of an amount with share(amount, share)'
        : 'amounts of two assets have no sum';
    problems.push({ code: 'unit-mixed', start: node.start, end: node.end, message, mend });
    return left;
  };
  const unitOf = (node: ASTNode): string | undefined => {
    const read = reads.find(({ start, end, has }) => !has && start === node.start && end === node.end);
    if (read !== undefined) return read.value.unit;
    switch (node.op) {
      case '+':
      case '-':
      case '==':
      case '!=':
      case '<':
      case '<=':
      case '>':
      case '>=': {
        const unit = same(node, unitOf(node.args[0]), unitOf(node.args[1]));
        return node.op === '+' || node.op === '-' ? unit : undefined;
      }
      case '*': {
        const [left, right] = [unitOf(node.args[0]), unitOf(node.args[1])];
        if (left !== undefined && right !== undefined) same(node, left, left === right ? `${left} ` : right);
        return left ?? right;
      }
      case '/':
      case '%': {
        const [left, right] = [unitOf(node.args[0]), unitOf(node.args[1])];
        return right === undefined ? left : undefined;
      }
      case '-_':
        return unitOf(node.args);
      case '?:': {
        unitOf(node.args[0]);
        return same(node, unitOf(node.args[1]), unitOf(node.args[2]));
      }
      case 'call': {
        const [name, args] = node.args;
        const units = args.map(unitOf);
        if (name === 'rate' || name === 'percent') return 'share';
        if (name === 'min' || name === 'max') return units.reduce((unit, next) => same(node, unit, next), undefined);
        if (name !== 'share') return undefined;
        const [amount, part] = units;
        const swapped = (part !== undefined && part !== 'share') || (amount === 'share' && part !== 'share');
        if (swapped) {
          const message = '`share` takes the amount first, then the share';
          problems.push({
            code: 'unit-mixed',
            start: node.start,
            end: node.end,
            message,
            mend: 'share(amount, share)',
          });
        }
        return amount;
      }
      default:
        for (const child of childrenOf(node)) unitOf(child);
        return undefined;
    }
  };
  const unit = unitOf(ast);
  return { unit, problems };
}

function nameOf(unit: string): string {
  return unit === 'share' ? 'a share' : `an amount of ${unit.trim()}`;
}
