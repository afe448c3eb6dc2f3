import type { ModelDefinition } from '../definition.js';
import { spanWithin, type Node } from '../document/document.js';
import { didYouMean } from '../problems/did-you-mean.js';
import type { Reader } from './names.js';

const EXAMPLE = 'when: order.close | dismiss';

/** Reads `when:`: `order.release | lapse | refund`, or a list. A verb without a subject belongs to the one before. */
export function parseWhen(node: Node, interaction: ModelDefinition['interaction'], reader: Reader): string[] {
  const { findings, shape } = reader;
  const types: string[] = [];
  let subject: string | undefined;
  for (const item of node.kind === 'list' ? node.items : [node]) {
    const text = shape.text(item, '`when` names decisions', EXAMPLE);
    if (text === undefined || item.kind !== 'scalar') continue;
    let offset = 0;
    for (const part of text.split('|')) {
      const word = part.trim();
      const start = offset + Math.max(0, part.indexOf(word));
      offset += part.length + 1;
      const span = word === '' ? item.span : spanWithin(findings.text, item, start, start + word.length);
      const dot = word.indexOf('.');
      if (dot !== -1) subject = word.slice(0, dot);
      const verb = word.slice(dot + 1);
      const mine = subject !== undefined && Object.hasOwn(interaction, subject) ? interaction[subject] : undefined;
      if (word === '' || subject === undefined) {
        findings.error(
          'unknown-decision',
          span,
          `\`${word}\` names no decision`,
          `write the subject first: ${EXAMPLE}`,
        );
      } else if (mine === undefined) {
        findings.error(
          'unknown-decision',
          span,
          `there is no subject \`${subject}\``,
          didYouMean(subject, Object.keys(interaction)),
        );
      } else if (!Object.hasOwn(mine.decisions, verb)) {
        const said = `\`${subject}\` has no decision \`${verb}\``;
        findings.error('unknown-decision', span, said, didYouMean(verb, Object.keys(mine.decisions)));
      } else if (types.includes(`${subject}.${verb}`)) {
        findings.error('bad-value', span, `\`${subject}.${verb}\` stands here twice`, 'remove it');
      } else types.push(`${subject}.${verb}`);
    }
  }
  if (node.kind === 'list' && node.items.length === 0) {
    findings.error('unknown-decision', node.span, '`when` names no decision', EXAMPLE);
  }
  return types;
}
