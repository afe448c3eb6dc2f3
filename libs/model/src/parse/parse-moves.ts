import { spanWithin, type Node, type ScalarNode } from '../document/document.js';
import { didYouMean } from '../problems/did-you-mean.js';
import type { Span } from '../problems/findings.js';
import type { Reader } from './names.js';

type Move = { from: string; to: string };

const EXAMPLE = 'moves: placed | shipped -> cancelled';

/** Reads `moves:`: `a | b -> c`, or a list of such. One decision leads from one state to one state only. */
export function parseMoves(node: Node, states: readonly string[], reader: Reader): Move[] {
  const moves: Move[] = [];
  const items = node.kind === 'list' ? node.items : [node];
  for (const item of items) {
    const text = reader.shape.text(item, '`moves` says from which state to which', EXAMPLE);
    if (text === undefined || item.kind !== 'scalar') continue;
    for (const { move, span } of parseArrow(text, item, states, reader)) {
      const taken = moves.find(({ from }) => from === move.from);
      if (taken === undefined) moves.push(move);
      else if (taken.to === move.to) {
        reader.findings.error('move-ambiguous', span, `the move from \`${move.from}\` stands here twice`, 'remove one');
      } else {
        const said = `it leads from \`${move.from}\` to \`${taken.to}\` and to \`${move.to}\``;
        reader.findings.error('move-ambiguous', span, said, 'one decision, one outcome: make two decisions of it');
      }
    }
  }
  if (items.length === 0)
    reader.findings.error('moves-syntax', node.span, '`moves` is empty', `${EXAMPLE}, or leave it out`);
  return moves;
}

function parseArrow(
  text: string,
  item: ScalarNode,
  states: readonly string[],
  reader: Reader,
): { move: Move; span: Span }[] {
  const { findings } = reader;
  const spanOf = (start: number, word: string): Span => spanWithin(findings.text, item, start, start + word.length);
  const arrows = text.split('->');
  if (arrows.length !== 2) {
    const mend = arrows.length > 2 ? 'one arrow a line: make it a list' : `write ${EXAMPLE}`;
    findings.error('moves-syntax', item.span, '`moves` has one arrow, `->`', mend);
    return [];
  }
  const [left = '', right = ''] = arrows;
  const to = wordAt(right, left.length + 2);
  const known = new Set(states);
  let fine = true;
  if (to.word === 'new') {
    findings.error(
      'unknown-state',
      spanOf(to.start, to.word),
      '`new` is before the first move: nothing leads back to it',
      'name a state',
    );
    fine = false;
  } else if (!known.has(to.word)) {
    sayUnknown(to, item, states, reader);
    fine = false;
  }
  const moves: { move: Move; span: Span }[] = [];
  let offset = 0;
  for (const part of left.split('|')) {
    const from = wordAt(part, offset);
    offset += part.length + 1;
    if (from.word !== 'new' && !known.has(from.word)) sayUnknown(from, item, ['new', ...states], reader);
    else if (fine) moves.push({ move: { from: from.word, to: to.word }, span: spanOf(from.start, from.word) });
  }
  return moves;
}

function wordAt(text: string, offset: number): { word: string; start: number } {
  const word = text.trim();
  return { word, start: offset + (word === '' ? 0 : text.indexOf(word)) };
}

function sayUnknown(
  { word, start }: { word: string; start: number },
  item: ScalarNode,
  states: readonly string[],
  reader: Reader,
): void {
  const { findings } = reader;
  if (word === '') {
    findings.error('moves-syntax', item.span, 'a state is missing beside the arrow', `write ${EXAMPLE}`);
    return;
  }
  const span = spanWithin(findings.text, item, start, start + word.length);
  if (/[^A-Za-z0-9]/.test(word)) {
    findings.error(
      'moves-syntax',
      span,
      `\`${word}\` is no state`,
      `several states stand with \`|\` between: ${EXAMPLE}`,
    );
    return;
  }
  findings.error(
    'unknown-state',
    span,
    `\`${word}\` is not among the states`,
    didYouMean(word, states) ?? 'add it to `states`',
  );
}
