import { isMap, isScalar, parseDocument, type Pair, type YAMLMap } from 'yaml';
import { TuttiError } from '@tutti/kernel';
import type { DecisionDefinition } from '../definition.js';
import { showDuration } from '../versions/show-value.js';
import type { CompiledClass } from './compile-class.js';

/** Text put into a model: from `start` on, so many characters. */
export interface Insertion {
  start: number;
  length: number;
  /** Name of the class it comes from. */
  from: string;
}

/** Where a model's text declares a decision itself, as an offset of its key. */
export type Woven = { text: string; insertion: Insertion } | { declaredAt: number };

/**
 * Puts a class's decision into a model's text, as one flow mapping, so that it is read and checked with everything
 * else. Only adds characters. A text that is no YAML comes back as it is.
 *
 * @throws TuttiError `class-without-subject`
 */
export function weaveDecision(text: string, { subject, verb, definition }: CompiledClass, from: string): Woven {
  const document = parseDocument(text, { prettyErrors: false });
  const unchanged = { text, insertion: { start: text.length, length: 0, from } };
  if (document.errors.length > 0) return unchanged;
  const owner = pairOf(pairOf(document.contents, 'interaction')?.value, subject);
  if (owner === undefined || !isMap(owner.value)) {
    throw new TuttiError('class-without-subject', `${from} decides about ${subject}, which the model does not have`, {
      where: from,
      mend: `Add \`${subject}:\` with its states under \`interaction:\`.`,
    });
  }
  const written = `${verb}: ${JSON.stringify(writtenForm(definition))}`;
  const decisions = pairOf(owner.value, 'decisions');
  if (decisions === undefined) return insertInto(text, owner.value, `decisions: { ${written} }`, from);
  if (isMap(decisions.value)) {
    const declared = pairOf(decisions.value, verb);
    if (declared !== undefined) return { declaredAt: offsetOf(declared.key) };
    return insertInto(text, decisions.value, written, from);
  }
  // Nothing is written after `decisions:`.
  const after = text.indexOf(':', offsetOf(decisions.key)) + 1;
  return insert(text, after, ` { ${written} }`, from);
}

function insertInto(text: string, map: YAMLMap, entry: string, from: string): Woven {
  const [first] = map.items;
  if (map.flow === true || first === undefined) {
    return insert(text, map.range![0] + 1, ` ${entry}${first === undefined ? ' ' : ','}`, from);
  }
  const start = offsetOf(first.key);
  const indent = start - (text.lastIndexOf('\n', start - 1) + 1);
  return insert(text, start, `${entry}\n${' '.repeat(indent)}`, from);
}

function insert(text: string, start: number, inserted: string, from: string): Woven {
  return {
    text: text.slice(0, start) + inserted + text.slice(start),
    insertion: { start, length: inserted.length, from },
  };
}

/** A decision in the words of the YAML form. */
function writtenForm({ by, clock, afterMs, moves, schema, requires, fact, manual }: DecisionDefinition): object {
  const common = {
    by: clock ? 'clock' : by.map(({ role, any }) => (any ? `any ${role}` : role)),
    ...(moves.length === 0 ? {} : { moves: moves.map(({ from, to }) => `${from} -> ${to}`) }),
  };
  if (clock) return { ...common, after: showDuration(afterMs ?? 0) };
  return {
    ...common,
    schema,
    ...(requires.length === 0 ? {} : { requires: Object.fromEntries(requires.map(({ name, cel }) => [name, cel])) }),
    ...(fact ? { fact } : {}),
    ...(manual ? { manual } : {}),
  };
}

function pairOf(node: unknown, key: string): Pair | undefined {
  if (!isMap(node)) return undefined;
  return node.items.find((item) => isScalar(item.key) && item.key.value === key) as Pair | undefined;
}

function offsetOf(node: unknown): number {
  return isScalar(node) ? (node.range?.[0] ?? 0) : 0;
}
