import type { Json } from '@tutti/kernel';
import type { Problem } from '@tutti/model';
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type Pair, Scalar } from 'yaml';
import { closest } from '../../terminal/closest.js';

/** Codes of what may be wrong with a map file. */
export type MapProblemCode = 'map-syntax' | 'map-unknown-key' | 'map-missing-key' | 'map-wrong-value';

/** A YAML text read with the place of every value, and the problems found so far. */
export class MapText {
  readonly problems: Problem[] = [];
  readonly #lines = new LineCounter();
  readonly #file: string;
  readonly root: MapValue;

  constructor(text: string, file: string) {
    this.#file = file;
    const document = parseDocument(text, { lineCounter: this.#lines, uniqueKeys: true });
    for (const { pos, message } of document.errors) {
      this.report('map-syntax', [pos[0], pos[1]], message.split('\n')[0]!.replace(/ at line .*$/, ''));
    }
    this.root = new MapValue(this, document.contents ?? undefined, [0, 1]);
  }

  report(code: MapProblemCode, [start, end]: readonly [number, number], message: string, mend?: string): void {
    const { line, col } = this.#lines.linePos(start);
    const place = {
      file: this.#file,
      line: Math.max(1, line),
      column: Math.max(1, col),
      length: Math.max(1, end - start),
    };
    this.problems.push({ code, severity: 'error', ...place, message, ...(mend === undefined ? {} : { mend }) });
  }
}

/** A value of the map file; every reading of the wrong kind is a problem and gives `undefined`. */
export class MapValue {
  readonly #text: MapText;
  readonly #node: Node | undefined;
  readonly #place: readonly [number, number];

  constructor(text: MapText, node: Node | undefined, place: readonly [number, number]) {
    this.#text = text;
    this.#node = node;
    this.#place = node?.range ? [node.range[0], node.range[1]] : place;
  }

  get isText(): boolean {
    return isScalar(this.#node);
  }

  wrong(message: string, mend?: string): undefined {
    this.#text.report('map-wrong-value', this.#place, message, mend);
    return undefined;
  }

  /** The text of a scalar, as written: `Y` and `12` are texts too. */
  text(what: string): string | undefined {
    if (!isScalar(this.#node) || this.#node.value === null) return this.wrong(`${what} is a text`);
    return scalarText(this.#node);
  }

  /** One of the words given. */
  word<W extends string>(what: string, words: readonly W[]): W | undefined {
    const text = this.text(what);
    if (text === undefined || (words as readonly string[]).includes(text)) return text as W | undefined;
    return this.wrong(`${what} is one of ${words.join(', ')}`, didYouMean(text, words));
  }

  list(what: string): MapValue[] | undefined {
    if (!isSeq(this.#node)) return this.wrong(`${what} is a list: [a, b]`);
    return this.#node.items.map((item) => new MapValue(this.#text, item as Node, this.#place));
  }

  texts(what: string): string[] | undefined {
    return this.list(what)?.flatMap((item) => item.text(`each of ${what}`) ?? []);
  }

  /** Any JSON value. */
  json(): Json {
    return (this.#node?.toJSON() ?? null) as Json;
  }

  /** Names and values in the order written. */
  entries(what: string): [string, MapValue][] | undefined {
    if (!isMap(this.#node)) return this.wrong(`${what} is a map: names with values`);
    return this.#node.items.map((pair) => [keyOf(pair), this.#valueOf(pair)]);
  }

  /** The values of known keys; a key that is not known is a problem, and so is a required one that is not there. */
  keys<K extends string>(what: string, known: readonly K[], required: readonly K[] = []): Partial<Record<K, MapValue>> {
    const found: Partial<Record<K, MapValue>> = {};
    if (this.#node === undefined || !isMap(this.#node)) {
      this.wrong(`${what} is a map with the keys ${known.join(', ')}`);
      return found;
    }
    for (const pair of this.#node.items) {
      const key = keyOf(pair);
      if ((known as readonly string[]).includes(key)) {
        found[key as K] = this.#valueOf(pair);
      } else {
        const range = (pair.key as Node).range;
        const place = range ? ([range[0], range[1]] as const) : this.#place;
        this.#text.report(
          'map-unknown-key',
          place,
          `${what} has no key \`${key}\``,
          didYouMean(key, known) ?? `it has ${known.join(', ')}`,
        );
      }
    }
    for (const key of required) {
      if (found[key] === undefined) this.missing(`${what} lacks \`${key}\``);
    }
    return found;
  }

  missing(message: string, mend?: string): void {
    this.#text.report('map-missing-key', [this.#place[0], this.#place[0] + 1], message, mend);
  }

  #valueOf(pair: Pair): MapValue {
    const range = (pair.key as Node | null)?.range;
    return new MapValue(
      this.#text,
      (pair.value as Node | null) ?? undefined,
      range ? [range[0], range[1]] : this.#place,
    );
  }
}

function didYouMean(word: string, words: readonly string[]): string | undefined {
  const found = closest(word, words);
  return found === undefined ? undefined : `did you mean \`${found}\`?`;
}

function keyOf(pair: Pair): string {
  return pair.key instanceof Scalar ? scalarText(pair.key) : String(pair.key);
}

/** As written where it is a plain scalar, so that `1.10`, `Y` and `null` stay what the log says. */
function scalarText(scalar: Scalar): string {
  return scalar.type === 'PLAIN' && scalar.source !== undefined ? scalar.source : String(scalar.value);
}
