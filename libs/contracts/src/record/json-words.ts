import type { Json } from '@tutti/kernel';

/** Texts that JSON shows as they are; others go through JSON.stringify. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** A text as `JSON.stringify` writes it. */
export function quoted(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}

const WORDS_MAX = 10_000;
const words = new Map<string, string>();

/** A word of the model or the registry as `JSON.stringify` writes it: the same ones come again and again. */
export function word(text: string): string {
  const known = words.get(text);
  if (known !== undefined) return known;
  if (words.size >= WORDS_MAX) words.clear();
  const made = JSON.stringify(text);
  words.set(text, made);
  return made;
}

/** A record whose names are words of the model, as `JSON.stringify` writes it. Nearly every value is a text or a number. */
export function recordText(record: Readonly<Record<string, Json>>): string {
  let text = '{';
  for (const name in record) {
    const value = record[name]!;
    const shown =
      typeof value === 'string' ? quoted(value) : Number.isInteger(value) ? String(value) : JSON.stringify(value);
    text += text === '{' ? `${word(name)}:${shown}` : `,${word(name)}:${shown}`;
  }
  return `${text}}`;
}

let revisions: Readonly<Record<string, number>> | undefined;
let revisionsAsText = '{}';

/** Policy revisions as JSON: many decisions in a row are judged under the same ones, in one object. */
export function revisionsText(policies: Readonly<Record<string, number>>): string {
  if (policies !== revisions) {
    revisionsAsText = JSON.stringify(policies);
    revisions = policies;
  }
  return revisionsAsText;
}
