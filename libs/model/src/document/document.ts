import type { Json } from '@tutti/kernel';
import type { Span } from '../problems/findings.js';

/** A value of a model's text, with where it stands. */
export type Node = MapNode | ListNode | ScalarNode;

export interface MapNode {
  kind: 'map';
  /** Written in braces. */
  flow: boolean;
  entries: Entry[];
  span: Span;
}

export interface Entry {
  key: string;
  keySpan: Span;
  value: Node;
}

export interface ListNode {
  kind: 'list';
  items: Node[];
  span: Span;
}

export interface ScalarNode {
  kind: 'scalar';
  value: string | number | boolean | null;
  /** As written, without quotes: `1.50`. */
  source: string;
  plain: boolean;
  /** False where nothing is written after a key. */
  written: boolean;
  span: Span;
}

/** The entry of a map under a key; `key?` counts as `key`. */
export function entryOf(map: MapNode, key: string): Entry | undefined {
  return map.entries.find((entry) => entry.key === key) ?? map.entries.find((entry) => entry.key === `${key}?`);
}

/** The value as JSON. Keys are kept as own properties, `__proto__` too. */
export function toJson(node: Node): Json {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'list':
      return node.items.map(toJson);
    case 'map':
      return Object.fromEntries(node.entries.map(({ key, value }) => [key, toJson(value)]));
    default:
      return node satisfies never;
  }
}

/** Finds where things stand in a text by their place in the tree: `['interaction', 'order', 'states']`. */
export class Places {
  constructor(
    private readonly text: string,
    private readonly root: Node,
  ) {}

  /** Span of the value at a path, or of the nearest thing around it that is written. */
  value(path: readonly (string | number)[]): Span {
    return this.find(path).span;
  }

  /** Span of the key at a path, or as {@link value}. */
  key(path: readonly (string | number)[]): Span {
    const { span, keySpan } = this.find(path);
    return keySpan ?? span;
  }

  /** Every key anywhere in the text. */
  keys(): Set<string> {
    const found = new Set<string>();
    const visit = (node: Node): void => {
      if (node.kind === 'list') node.items.forEach(visit);
      if (node.kind !== 'map') return;
      for (const { key, value } of node.entries) {
        found.add(key.replace(/\?$/, ''));
        visit(value);
      }
    };
    visit(this.root);
    return found;
  }

  node(path: readonly (string | number)[]): Node | undefined {
    return this.find(path).node;
  }

  /** Span of a word inside the value at a path, or of the whole value. */
  word(path: readonly (string | number)[], word: string): Span {
    const span = this.value(path);
    const source = this.text.slice(span.start, span.end);
    const found = new RegExp(
      `(?<![A-Za-z0-9_])${word.replaceAll(/[^A-Za-z0-9_]/g, String.raw`\$&`)}(?![A-Za-z0-9_])`,
    ).exec(source);
    if (found === null) return span;
    return { start: span.start + found.index, end: span.start + found.index + word.length };
  }

  /** Span of a part of an expression (or other text) at a path; offsets count in its value. */
  within(path: readonly (string | number)[], start: number, end: number): Span {
    const node = this.node(path);
    if (node?.kind !== 'scalar') return this.value(path);
    return spanWithin(this.text, node, start, end);
  }

  private find(path: readonly (string | number)[]): { span: Span; keySpan?: Span; node?: Node } {
    let node: Node = this.root;
    let keySpan: Span | undefined;
    for (const step of path) {
      if (node.kind === 'map') {
        const entry: Entry | undefined = entryOf(node, String(step));
        if (entry === undefined) return this.around(node, keySpan);
        keySpan = entry.keySpan;
        node = entry.value;
      } else if (node.kind === 'list') {
        const item: Node | undefined = node.items[Number(step)];
        if (item === undefined) return this.around(node, keySpan);
        keySpan = item.span;
        node = item;
      } else {
        return this.around(node, keySpan);
      }
    }
    const span = node.kind === 'scalar' && !node.written ? (keySpan ?? node.span) : node.span;
    return keySpan === undefined ? { span, node } : { span, keySpan, node };
  }

  private around(node: Node, keySpan: Span | undefined): { span: Span; keySpan?: Span } {
    return keySpan === undefined
      ? { span: { start: node.span.start, end: node.span.start } }
      : { span: keySpan, keySpan };
  }
}

/** Where characters `start` to `end` of a scalar's value stand in the text, quotes, escapes and line breaks considered. */
export function spanWithin(text: string, node: ScalarNode, start: number, end: number): Span {
  const value = String(node.value);
  if (typeof node.value !== 'string') return node.span;
  const direct = text.startsWith(value, node.span.start)
    ? node.span.start
    : text.startsWith(value, node.span.start + 1)
      ? node.span.start + 1
      : undefined;
  if (direct !== undefined) return { start: direct + start, end: direct + end };
  // Quoted with escapes, folded or in a block: walk both, skipping what only the text has.
  let at = node.span.start;
  let from = at;
  for (let i = 0; i < Math.min(end, value.length); i++) {
    const character = value[i]!;
    const blank = character === ' ' || character === '\n';
    const stands = (place: number): boolean => text[place] === character || (blank && /\s/.test(text[place]!));
    while (at < node.span.end && !stands(at)) at++;
    if (i === start) from = at;
    at++;
    if (blank && i + 1 < value.length && value[i + 1] !== ' ') while (/\s/.test(text[at] ?? '')) at++;
  }
  if (start >= value.length || at > node.span.end) return node.span;
  return { start: from, end: Math.max(at, from + 1) };
}
