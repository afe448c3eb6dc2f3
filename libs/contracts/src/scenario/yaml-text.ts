import {
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Document,
  type Node,
  type Pair,
} from 'yaml';
import type { Json } from '@tutti/kernel';
import { didYouMean, type Problem } from '@tutti/model';
import type { Place } from './scenario.js';
import type { ScenarioCode } from './scenario-codes.js';

/** Aliases followed in one file; more only make sense to somebody who wants to fill memory. */
const ALIASES_MAX = 2_000;

/** A key of a mapping with its value. */
export interface Entry {
  key: string;
  at: Place;
  value: Node | null;
}

/** A YAML text whose nodes know their line, and the problems found in it so far. */
export class YamlText {
  readonly problems: Problem[] = [];
  readonly root: Node | null;
  private readonly lines = new LineCounter();
  private readonly document: Document;
  private aliases = 0;

  constructor(
    text: string,
    private readonly file: string,
  ) {
    const document = parseDocument(text, { lineCounter: this.lines, prettyErrors: false, uniqueKeys: true });
    for (const { message, pos } of [...document.errors, ...document.warnings]) {
      this.problem('test-syntax', message, this.place(pos[0], pos[1]));
    }
    this.document = document as unknown as Document;
    this.root = this.resolved(document.contents as Node | null);
  }

  problem(code: ScenarioCode, message: string, at: Place, mend?: string): void {
    const { file } = this;
    this.problems.push({ code, severity: 'error', file, ...at, message, ...(mend === undefined ? {} : { mend }) });
  }

  /** A name that is none of those known; proposes the nearest. */
  unknown(code: ScenarioCode, what: string, name: string, known: Iterable<string>, at: Place): void {
    this.problem(code, `unknown ${what} \`${name}\``, at, didYouMean(name, known));
  }

  at(node: Node | null | undefined): Place {
    const [start, end] = node?.range ?? [0, 0];
    return this.place(start, end);
  }

  /** Entries of a mapping; `undefined` (and a problem) if the node is none. */
  entries(node: Node | null, what: string, at: Place): Entry[] | undefined {
    if (!isMap(node)) {
      this.problem('test-shape', `${what} must be a mapping`, node === null ? at : this.at(node));
      return undefined;
    }
    return node.items.flatMap((item) => this.entry(item as Pair<Node, Node | null>));
  }

  /** Items of a list; `undefined` (and a problem) if the node is none. */
  items(node: Node | null, what: string, at: Place): Node[] | undefined {
    if (!isSeq(node)) {
      this.problem('test-shape', `${what} must be a list`, node === null ? at : this.at(node));
      return undefined;
    }
    return (node.items as Node[]).flatMap((item) => this.resolved(item) ?? []);
  }

  /** A text, or the list of texts. */
  texts(node: Node | null, what: string, at: Place): string[] | undefined {
    const nodes = isSeq(node) ? (node.items as Node[]).map((item) => this.resolved(item)) : [node];
    const texts = nodes.map((each) => (isScalar(each) && typeof each.value === 'string' ? each.value : undefined));
    if (texts.every((text) => text !== undefined)) return texts;
    this.problem('test-shape', `${what} must be a text or a list of texts`, node === null ? at : this.at(node));
    return undefined;
  }

  text(node: Node | null, what: string, at: Place): string | undefined {
    if (isScalar(node) && typeof node.value === 'string') return node.value;
    this.problem('test-shape', `${what} must be a text`, node === null ? at : this.at(node));
    return undefined;
  }

  /** A whole number from `least` on. */
  count(node: Node | null, what: string, at: Place, least = 0): number | undefined {
    if (isScalar(node) && Number.isSafeInteger(node.value) && (node.value as number) >= least)
      return node.value as number;
    this.problem('test-shape', `${what} must be a whole number from ${least} on`, node === null ? at : this.at(node));
    return undefined;
  }

  json(node: Node | null): Json {
    if (isMap(node)) {
      const entries = node.items.flatMap((item) => this.entry(item as Pair<Node, Node | null>));
      return Object.fromEntries(entries.map(({ key, value }) => [key, this.json(value)]));
    }
    if (isSeq(node)) return (node.items as Node[]).map((item) => this.json(this.resolved(item)));
    const value = isScalar(node) ? node.value : null;
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    this.problem('test-shape', 'this value is no JSON', this.at(node));
    return null;
  }

  /** What an alias stands for. Each one followed counts, so that one inside its own anchor comes to an end. */
  private resolved(node: Node | null): Node | null {
    if (!isAlias(node)) return node;
    const found = ++this.aliases <= ALIASES_MAX ? node.resolve(this.document) : undefined;
    if (found !== undefined) return found;
    if (this.aliases <= ALIASES_MAX + 1)
      this.problem('test-syntax', 'this alias leads nowhere, or too far', this.at(node));
    return null;
  }

  private entry(item: Pair<Node, Node | null>): Entry[] {
    if (isPair(item) && isScalar(item.key)) {
      return [{ key: String(item.key.value), at: this.at(item.key), value: this.resolved(item.value ?? null) }];
    }
    this.problem('test-shape', 'a key must be a name', this.at(item.key));
    return [];
  }

  private place(start: number, end: number): Place {
    const { line, col } = this.lines.linePos(start);
    return { line: Math.max(line, 1), column: Math.max(col, 1), length: Math.max(end - start, 1) };
  }
}
