import type { ASTNode } from '@marcbachmann/cel-js';
import { didYouMean } from '../problems/did-you-mean.js';
import type { ExpressionProblem, Read } from './find-paths.js';

/** Texts that a value is compared with and never has: `standing(data.seller).tier != "suspendet"`. */
export function checkLiterals<S>(ast: ASTNode, reads: readonly Read<S>[]): ExpressionProblem[] {
  const problems: ExpressionProblem[] = [];
  const valueAt = (node: ASTNode): Read<S> | undefined =>
    reads.find((read) => !read.has && read.start === node.start && read.end === node.end);
  const compare = (side: ASTNode, literal: ASTNode): void => {
    const read = valueAt(side);
    const { values } = read?.value ?? {};
    if (read === undefined || values === undefined || literal.op !== 'value' || typeof literal.args !== 'string')
      return;
    if (values.includes(literal.args)) return;
    const message = `\`${read.path}\` is never "${literal.args}"`;
    const mend = didYouMean(literal.args, values) ?? `it is one of ${values.join(', ')}`;
    problems.push({ code: 'never-equal', start: literal.start, end: literal.end, message, mend });
  };
  const visit = (node: ASTNode): void => {
    if (node.op === '==' || node.op === '!=') {
      const [left, right] = node.args;
      compare(left, right);
      compare(right, left);
    } else if (node.op === 'in') {
      const [item, list] = node.args;
      if (list.op === 'list') for (const literal of list.args) compare(item, literal);
    }
    for (const child of childrenOf(node)) visit(child);
  };
  visit(ast);
  return problems;
}

/** The parts of a node that are expressions. */
export function childrenOf(node: ASTNode): ASTNode[] {
  switch (node.op) {
    case 'value':
    case 'id':
      return [];
    case '.':
    case '.?':
      return [node.args[0]];
    case 'call':
      return node.args[1];
    case 'rcall':
      return [node.args[1], ...node.args[2]];
    case 'map':
      return node.args.flat();
    case '!_':
    case '-_':
      return [node.args];
    default:
      return node.args as ASTNode[];
  }
}
