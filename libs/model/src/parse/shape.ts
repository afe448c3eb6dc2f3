import { SHARE_MAX } from '../data-schema.js';
import type { Entry, ListNode, MapNode, Node, ScalarNode } from '../document/document.js';
import { didYouMean, nearest } from '../problems/did-you-mean.js';
import type { Findings, Span } from '../problems/findings.js';
import { nameFault, readDuration, readShare } from './words.js';

/** Entries of a map by key, and what is around them. */
export interface Keys {
  node: MapNode;
  /** Where to say that a key is missing. */
  at: Span;
  get(key: string): Entry | undefined;
}

/** Reads values of the expected shape; says what is wrong and gives `undefined` where they have another. */
export class Shape {
  constructor(readonly findings: Findings) {}

  map(node: Node, what: string, example: string): MapNode | undefined {
    if (node.kind === 'map') return node;
    return this.wrong(node, `${what} is a map of keys`, example);
  }

  list(node: Node, what: string, example: string): ListNode | undefined {
    if (node.kind === 'list') return node;
    return this.wrong(node, `${what} is a list`, example);
  }

  /**
   * The map's entries; keys beside the known ones are errors. One that is nearly a known key is read as that, so that
   * what stands under it is checked too.
   */
  keys(node: MapNode, at: Span, what: string, known: readonly string[]): Keys {
    const misspelt = new Map<string, Entry>();
    for (const entry of uncut(node, this.findings)) {
      if (known.includes(entry.key)) continue;
      const name = entry.key.endsWith('?') ? entry.key.slice(0, -1) : entry.key;
      this.findings.error('unknown-key', entry.keySpan, `${what} has no key \`${entry.key}\``, didYouMean(name, known));
      const meant = nearest(name, known);
      if (meant !== undefined) misspelt.set(meant, entry);
    }
    return { node, at, get: (key) => node.entries.find((entry) => entry.key === key) ?? misspelt.get(key) };
  }

  /** Entries whose values are expressions: without what YAML made of one that it cut at a comma. */
  expressions(node: MapNode): Entry[] {
    return uncut(node, this.findings);
  }

  /** The entry under a key that must be there. */
  required(keys: Keys, key: string, what: string, example: string): Entry | undefined {
    const entry = keys.get(key);
    if (entry !== undefined && isWritten(entry.value)) return entry;
    this.findings.error('missing-key', entry?.keySpan ?? keys.at, `${what} lacks \`${key}\``, example);
    return undefined;
  }

  scalar(node: Node, what: string, example: string): ScalarNode | undefined {
    if (node.kind === 'scalar' && isWritten(node)) return node;
    return this.wrong(node, what, example);
  }

  text(node: Node, what: string, example: string): string | undefined {
    const scalar = this.scalar(node, what, example);
    if (scalar === undefined) return undefined;
    return typeof scalar.value === 'string' ? scalar.value : scalar.source;
  }

  boolean(node: Node, key: string): boolean | undefined {
    if (node.kind === 'scalar' && typeof node.value === 'boolean') return node.value;
    return this.wrong(node, `\`${key}\` is true or false`, `${key}: true`);
  }

  /** A whole number within bounds. */
  integer(node: Node, key: string, min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER): number | undefined {
    const value = node.kind === 'scalar' ? node.value : undefined;
    if (typeof value !== 'number' || !Number.isSafeInteger(value)) {
      const shown =
        node.kind === 'scalar' && isWritten(node)
          ? `\`${node.source}\` is not one`
          : `e.g. ${key}: ${Math.max(min, 1)}`;
      this.findings.error('bad-number', this.spanOf(node), `\`${key}\` is a whole number`, shown);
      return undefined;
    }
    if (value >= min && value <= max) return value;
    const bounds =
      max === Number.MAX_SAFE_INTEGER
        ? `at least ${min}`
        : min === Number.MIN_SAFE_INTEGER
          ? `at most ${max}`
          : `in ${min}..${max}`;
    this.findings.error('bad-number', node.span, `\`${key}\` is ${value}`, bounds);
    return undefined;
  }

  oneOf<Word extends string>(node: Node, key: string, words: readonly Word[]): Word | undefined {
    const text = this.text(node, `\`${key}\` is one of ${words.join(', ')}`, `${key}: ${words[0]}`);
    if (text === undefined) return undefined;
    const found = words.find((word) => word === text);
    if (found === undefined) {
      this.findings.error('bad-value', node.span, `\`${key}\` cannot be \`${text}\``, didYouMean(text, words));
    }
    return found;
  }

  /** Basis points of a share. */
  share(node: Node, key: string): number | undefined {
    const text = node.kind === 'scalar' ? node.source : '';
    const share = readShare(text);
    if (share !== undefined && share <= SHARE_MAX) return share;
    const mend = share === undefined ? 'write 15% or 2.5%' : 'at most 100%';
    this.findings.error('bad-share', this.spanOf(node), `\`${key}\` is a share`, mend);
    return undefined;
  }

  /** Milliseconds of a duration of the world's time. */
  durationMs(node: Node, key: string, example: string): number | undefined {
    const text = this.text(node, `\`${key}\` is a duration`, example);
    if (text === undefined) return undefined;
    const read = readDuration(text);
    if ('ms' in read && read.ms > 0) return read.ms;
    const said =
      'fault' in read ? read.fault : 'ms' in read ? `\`${key}\` is nothing` : `\`${key}\` belongs to the world's time`;
    this.findings.error('bad-duration', node.span, said, `write ${example}: seconds, minutes, hours, days, weeks`);
    return undefined;
  }

  /** A number of periods: `3 epochs`. */
  periods(node: Node, key: string, min: number): number | undefined {
    const text = this.text(node, `\`${key}\` is a number of epochs`, `${key}: 3 epochs`);
    if (text === undefined) return undefined;
    const read = readDuration(text);
    if ('periods' in read && read.periods >= min) return read.periods;
    const said =
      'fault' in read
        ? read.fault
        : 'periods' in read
          ? `\`${key}\` is too short`
          : `\`${key}\` counts how often the system looks`;
    this.findings.error('bad-duration', node.span, said, `write ${key}: 3 epochs`);
    return undefined;
  }

  /** True if the entry's key may be a name; says why not otherwise. */
  name(key: string, span: Span, variable = false): boolean {
    const fault = nameFault(key, variable);
    if (fault === undefined) return true;
    this.findings.error(fault.reserved ? 'name-reserved' : 'name-invalid', span, fault.message, fault.mend);
    return false;
  }

  private wrong(node: Node, what: string, example: string): undefined {
    if (node.kind === 'scalar' && !node.written)
      this.findings.error('wrong-shape', this.spanOf(node), `${what}: nothing is written here`, example);
    else this.findings.error('wrong-shape', node.span, what, example);
    return undefined;
  }

  /** Where nothing is written, the last word before it. */
  private spanOf(node: Node): Span {
    if (node.span.end > node.span.start) return node.span;
    const before = this.findings.text.slice(0, node.span.start);
    const word = /\S+\s*$/.exec(before.slice(-80))?.[0] ?? '';
    return word === '' ? node.span : { start: node.span.start - word.length, end: node.span.start };
  }
}

export function isWritten(node: Node): boolean {
  return node.kind !== 'scalar' || (node.written && node.value !== null);
}

/**
 * The entries of a map without what YAML made of an expression that it cut at a comma: in `{ pay: share(a, b), … }`
 * `b)` becomes a key without a value. Says so once, at the expression.
 */
function uncut(node: MapNode, findings: Findings): Entry[] {
  if (!node.flow) return node.entries;
  const kept: Entry[] = [];
  let open: { entry: Entry; depth: number; end: number } | undefined;
  const finish = (): void => {
    if (open === undefined) return;
    const whole = findings.text.slice(open.entry.value.span.start, open.end);
    findings.error(
      'expression-cut',
      open.entry.value.span,
      'YAML cuts the expression at the comma',
      `quote it: ${open.entry.key}: "${whole.replaceAll('"', "'")}"`,
    );
    open = undefined;
  };
  for (const entry of node.entries) {
    const bare = entry.value.kind === 'scalar' && !entry.value.written;
    if (open !== undefined && bare) {
      open.depth += balance(entry.key);
      open.end = entry.keySpan.end;
      if (open.depth <= 0) finish();
      continue;
    }
    finish();
    kept.push(entry);
    const { value } = entry;
    if (value.kind === 'scalar' && value.plain && typeof value.value === 'string' && balance(value.value) > 0) {
      open = { entry, depth: balance(value.value), end: value.span.end };
    }
  }
  finish();
  return kept;
}

function balance(text: string): number {
  return [...text].reduce((sum, c) => sum + ('([{'.includes(c) ? 1 : ')]}'.includes(c) ? -1 : 0), 0);
}
