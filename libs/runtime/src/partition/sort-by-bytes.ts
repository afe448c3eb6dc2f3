import { compareByBytes } from '@tutti/contracts';

/** Where UTF-16 units order otherwise than UTF-8 bytes: only beside surrogates. */
const SURROGATE = /[\ud800-\udfff]/;

/** Texts in order of their UTF-8 bytes, the order of keys in stores. */
export function sortByBytes(texts: Iterable<string>): string[] {
  const all = [...texts];
  return all.some((text) => SURROGATE.test(text)) ? all.toSorted(compareByBytes) : all.toSorted();
}
