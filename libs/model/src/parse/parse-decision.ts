import type { JsonObject } from '@tutti/kernel';
import { objectSchema } from '../data-schema.js';
import type { DecisionDefinition } from '../definition.js';
import { spanWithin, type Entry, type Node } from '../document/document.js';
import { didYouMean } from '../problems/did-you-mean.js';
import type { Reader } from './names.js';
import { parseData, parseWholeSchema } from './parse-data.js';
import { parseMoves } from './parse-moves.js';
import type { Keys } from './shape.js';

const KEYS = ['by', 'moves', 'data', 'schema', 'requires', 'fact', 'manual', 'after', 'compatibility'];

/** Reads one decision of a subject. What is wrong in it is left out. */
export function parseDecision(
  entry: Entry,
  subject: string,
  states: readonly string[],
  reader: Reader,
): DecisionDefinition {
  const { shape, findings } = reader;
  const type = `${subject}.${entry.key}`;
  const decision: DecisionDefinition = {
    by: [],
    clock: false,
    moves: [],
    schema: objectSchema([]),
    requires: [],
    fact: false,
    manual: false,
  };
  const node = shape.map(entry.value, `\`${type}\``, `${entry.key}: { by: buyer, moves: new -> placed }`);
  if (node === undefined) return decision;
  const keys = shape.keys(node, entry.keySpan, `the decision \`${type}\``, KEYS);
  const by = shape.required(keys, 'by', `\`${type}\``, 'by: the role that decides, or clock');
  if (by !== undefined) {
    const { clock, roles } = parseBy(by.value, reader);
    decision.clock = clock;
    decision.by = roles;
  }
  const moves = keys.get('moves');
  if (moves !== undefined) decision.moves = parseMoves(moves.value, states, reader);
  decision.schema = parsePayload(keys, reader);
  const requires = keys.get('requires');
  if (requires !== undefined) decision.requires = parseRequires(requires.value, reader);
  for (const flag of ['fact', 'manual'] as const) {
    const given = keys.get(flag);
    if (given !== undefined) decision[flag] = shape.boolean(given.value, flag) ?? false;
  }
  const compatibility = keys.get('compatibility');
  if (compatibility !== undefined) shape.oneOf(compatibility.value, 'compatibility', ['backward']);
  const after = keys.get('after');
  const afterMs = after === undefined ? undefined : shape.durationMs(after.value, 'after', 'after: 7 days');
  if (!decision.clock) {
    if (after !== undefined && by !== undefined)
      findings.error('by-clock', after.keySpan, '`after` is for decisions by the clock', 'by: clock');
    return decision;
  }
  if (after === undefined) findings.error('missing-key', entry.keySpan, `\`${type}\` lacks \`after\``, 'after: 7 days');
  else if (afterMs !== undefined) decision.afterMs = afterMs;
  checkClock(keys, type, decision, reader);
  return decision;
}

function checkClock(keys: Keys, type: string, decision: DecisionDefinition, { findings }: Reader): void {
  for (const key of ['data', 'schema', 'requires', 'fact', 'manual']) {
    const given = keys.get(key);
    if (given !== undefined) findings.error('by-clock', given.keySpan, `the clock has no \`${key}\``, 'remove it');
  }
  if (keys.get('moves') === undefined) {
    findings.error(
      'missing-key',
      keys.at,
      `\`${type}\` lacks \`moves\``,
      'a deadline leaves a state: moves: placed -> cancelled',
    );
  }
  if (decision.moves.some(({ from }) => from === 'new')) {
    const at = keys.get('moves')!.value.span;
    findings.error('by-clock', at, 'the clock cannot begin a subject', 'name the state the deadline counts in');
  }
}

function parseBy(node: Node, reader: Reader): { clock: boolean; roles: DecisionDefinition['by'] } {
  const { findings, shape } = reader;
  const roles: DecisionDefinition['by'] = [];
  let clock = false;
  const items = node.kind === 'list' ? node.items : [node];
  for (const item of items) {
    const text = shape.text(item, '`by` is a role, a list of roles, or clock', 'by: buyer');
    if (text === undefined || item.kind !== 'scalar') continue;
    const [, any, word = ''] = /^(any +)?(.*)$/s.exec(text.trim()) ?? [];
    const span = spanWithin(findings.text, item, text.indexOf(word), text.indexOf(word) + word.length);
    if (word === 'clock') {
      clock = true;
      if (items.length > 1 || any !== undefined)
        findings.error('by-clock', span, 'the clock decides alone', 'by: clock');
    } else if (!reader.roles.has(word)) {
      const mend =
        word === 'any'
          ? 'any of which role? `any seller`'
          : (didYouMean(word, [...reader.roles, 'clock']) ?? 'add it to `roles`');
      findings.error('unknown-role', span, `\`${word}\` is no role`, mend);
    } else if (roles.some(({ role }) => role === word)) {
      findings.error('bad-value', span, `\`${word}\` stands here twice`, 'remove it');
    } else {
      roles.push({ role: word, any: any !== undefined });
    }
  }
  if (items.length === 0) findings.error('missing-key', node.span, '`by` names nobody', 'by: buyer');
  return { clock, roles: clock ? [] : roles };
}

function parsePayload(keys: Keys, reader: Reader): JsonObject {
  const data = keys.get('data');
  const whole = keys.get('schema');
  if (data !== undefined && whole !== undefined) {
    reader.findings.error(
      'bad-value',
      whole.keySpan,
      '`data` and `schema` say the same thing twice',
      'remove one of them',
    );
  }
  if (data !== undefined) return parseData(data.value, reader);
  if (whole !== undefined) return parseWholeSchema(whole.value, reader);
  return objectSchema([]);
}

function parseRequires(node: Node, reader: Reader): { name: string; cel: string }[] {
  const { shape } = reader;
  const example = 'requires: { notEmpty: data.total > 0 }';
  const map = shape.map(node, '`requires` names conditions', example);
  if (map === undefined) return [];
  const read: { name: string; cel: string }[] = [];
  for (const { key, keySpan, value } of shape.expressions(map)) {
    if (!shape.name(key, keySpan)) continue;
    const cel = shape.text(value, `\`${key}\` is an expression`, example);
    if (cel !== undefined) read.push({ name: key, cel });
  }
  return read;
}
