import { isAlias, isMap, isScalar, isSeq, parseAllDocuments, type Document, type Node as YamlNode } from 'yaml';
import type { Findings, Span } from '../problems/findings.js';
import type { Entry, MapNode, Node } from './document.js';

export const MODEL_LENGTH_MAX = 262_144;
const DEPTH_MAX = 64;

const QUOTE = 'quote expressions that contain `: `, ` #`, a comma inside { }, or start with one of { [ & * ! | > % @';

/**
 * Reads a model's YAML into nodes with their places. Never throws: whatever the text is, problems say what is wrong.
 *
 * @returns the root map, or `undefined` where nothing can be read
 */
export function readDocument(text: string, findings: Findings): MapNode | undefined {
  const everything = { start: 0, end: Math.min(text.length, 1) };
  if (text.length > MODEL_LENGTH_MAX) {
    findings.error('yaml-too-large', everything, `the model has ${text.length} characters`, 'at most 256 KiB');
    return undefined;
  }
  let documents: Document[];
  try {
    const parsed = parseAllDocuments(text, {
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: 'silent',
      version: '1.2',
      merge: false,
    });
    documents = Array.isArray(parsed) ? parsed : [];
  } catch {
    findings.error(
      'yaml-too-large',
      everything,
      'the text is nested too deeply to be read',
      `at most ${DEPTH_MAX} levels`,
    );
    return undefined;
  }
  const [document, second] = documents;
  sayErrors(document, text, findings);
  if (second !== undefined) {
    const start = second.range?.[0] ?? 0;
    findings.error(
      'yaml-feature',
      { start, end: start + 3 },
      'a second document begins here',
      'one model a file: remove `---`',
    );
  }
  if (document === undefined || document.contents === null) {
    if (findings.errors === 0) findings.error('missing-key', everything, 'the file is empty', 'begin with `tutti: 1`');
    return undefined;
  }
  const root = new TreeReader(findings).read(document.contents as YamlNode, 0);
  if (root === undefined) return undefined;
  if (root.kind === 'map') return root;
  if (findings.errors === 0)
    findings.error('wrong-shape', root.span, 'a model is a map of keys', 'begin with `tutti: 1`');
  return undefined;
}

/** YAML's errors, each once: the first is the cause of those that follow. */
function sayErrors(document: Document | undefined, text: string, findings: Findings): void {
  const said = new Set<string>();
  for (const { code, pos, message } of document?.errors ?? []) {
    // Those of a kind mostly follow from the first.
    const kind = code === 'MULTILINE_IMPLICIT_KEY' ? 'BLOCK_AS_IMPLICIT_KEY' : code;
    if (said.has(kind)) continue;
    said.add(kind);
    const { summary, mend } = inWords(code, message);
    const quote = /closing (["'])quote/.exec(message)?.[1];
    let [start, end] = quote === undefined ? pos : openQuote(text, pos[0], quote);
    if (code !== 'TAB_AS_INDENT') start += text.slice(start).search(/\S|$/);
    if (start >= text.length) start = Math.max(0, text.trimEnd().length - 1);
    if (end <= start) end = start + 1;
    findings.error('yaml-syntax', { start, end }, summary, mend);
  }
}

/** The quote that is not closed: the last one of the last line before that has an odd number of them. */
function openQuote(text: string, before: number, quote: string): [number, number] {
  let end = before;
  while (end > 0) {
    const start = text.lastIndexOf('\n', end - 1) + 1;
    const line = text.slice(start, end);
    if (line.split(quote).length % 2 === 0) {
      const at = start + line.lastIndexOf(quote);
      return [at, at + 1];
    }
    end = start - 1;
  }
  return [before, before + 1];
}

function inWords(code: string, message: string): { summary: string; mend: string } {
  switch (code) {
    case 'TAB_AS_INDENT':
      return { summary: 'a tab', mend: 'indent with spaces' };
    case 'BAD_INDENT':
    case 'MISSING_CHAR':
    case 'UNEXPECTED_TOKEN': {
      const indented = /column|indent/i.test(message) && !/end with/.test(message);
      if (indented)
        return {
          summary: 'this line does not fit the lines above',
          mend: 'keys of one map stand in one column, under the key they belong to',
        };
      return {
        summary: `YAML cannot read this: ${lowered(message)}`,
        mend: /end with|Missing/i.test(message) ? 'close it' : QUOTE,
      };
    }
    case 'BLOCK_AS_IMPLICIT_KEY':
    case 'MULTILINE_IMPLICIT_KEY':
      return {
        summary: 'this is a value, and the lines below or a second colon make it a key',
        mend: 'quote it, or mend the indentation below',
      };
    case 'BAD_SCALAR_START':
      return { summary: lowered(message), mend: QUOTE };
    default:
      return { summary: lowered(message), mend: QUOTE };
  }
}

function lowered(text: string): string {
  const [first = text] = text.split('\n');
  return first.charAt(0).toLowerCase() + first.slice(1);
}

class TreeReader {
  constructor(private readonly findings: Findings) {}

  read(node: YamlNode, depth: number): Node | undefined {
    const span = spanOf(node);
    if (depth > DEPTH_MAX) {
      this.findings.error('yaml-too-large', span, 'nested too deeply', `at most ${DEPTH_MAX} levels`);
      return undefined;
    }
    if (isAlias(node)) {
      this.findings.error(
        'yaml-feature',
        span,
        `\`*${node.source}\` is a YAML alias`,
        'write it out: what is read must stand there',
      );
      return undefined;
    }
    if (node.anchor !== undefined) {
      this.findings.error(
        'yaml-feature',
        span,
        `\`&${node.anchor}\` is a YAML anchor`,
        'remove it: models are written out',
      );
    }
    if (node.tag !== undefined) this.findings.error('yaml-feature', span, `\`${node.tag}\` is a YAML tag`, 'remove it');
    if (isMap(node)) return this.map(node, span, depth);
    if (isSeq(node)) {
      const items = node.items
        .map((item) => this.read(item as YamlNode, depth + 1))
        .filter((item) => item !== undefined);
      return { kind: 'list', items, span };
    }
    if (isScalar(node)) {
      const { value } = node;
      const source = node.source ?? String(value);
      const readable =
        value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
      if (typeof value === 'string') this.refuseOdd(value, span);
      const plain = node.type === 'PLAIN';
      const written = span.end > span.start;
      return { kind: 'scalar', value: readable ? value : source, source, plain, written, span };
    }
    return undefined;
  }

  private refuseOdd(text: string, span: Span): void {
    if (text.isWellFormed() && !text.includes('\u0000')) return;
    this.findings.error('yaml-characters', span, 'a character that no store keeps: U+0000 or half a pair', 'remove it');
  }

  private map(
    node: YamlNode & { items: { key: unknown; value: unknown }[]; flow?: boolean },
    span: Span,
    depth: number,
  ): MapNode {
    const entries: Entry[] = [];
    const seen = new Set<string>();
    for (const { key, value } of node.items) {
      if (!isScalar(key)) {
        const at = isNode(key) ? spanOf(key) : span;
        this.findings.error('wrong-shape', at, 'a key is a word', 'write a name before the colon');
        continue;
      }
      const keySpan = spanOf(key as YamlNode);
      const name = typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
      if (key.anchor !== undefined || key.tag !== undefined) {
        this.findings.error('yaml-feature', keySpan, 'keys have no anchors or tags', 'remove it');
      }
      this.refuseOdd(name, keySpan);
      if (name === '<<') {
        this.findings.error('yaml-feature', keySpan, '`<<` merges maps in YAML 1.1', 'write the keys out');
        continue;
      }
      if (seen.has(name)) {
        this.findings.error('duplicate-key', keySpan, `\`${name}\` stands here twice`, 'remove one of them');
        continue;
      }
      seen.add(name);
      const nothing: Node = {
        kind: 'scalar',
        value: null,
        source: '',
        plain: true,
        written: false,
        span: { start: keySpan.end, end: keySpan.end },
      };
      const read = isNode(value) ? this.read(value, depth + 1) : nothing;
      entries.push({ key: name, keySpan, value: read ?? nothing });
    }
    return { kind: 'map', flow: node.flow === true, entries, span };
  }
}

function isNode(value: unknown): value is YamlNode {
  return isMap(value) || isSeq(value) || isScalar(value) || isAlias(value);
}

function spanOf(node: YamlNode): Span {
  const [start, end] = node.range ?? [0, 0];
  return { start, end };
}
