import { compareByBytes } from '@tutti/contracts';

/** Where UTF-16 units order otherwise than UTF-8 bytes: only beside surrogates. */
const SURROGATE = /[\ud800-\udfff]/;

/** Things in order of their ids' UTF-8 bytes, the order of keys in stores. */
export function sortByBytes<T>(things: Iterable<T>, idOf: (thing: T) => string): T[] {
  const all = [...things];
  if (all.some((thing) => SURROGATE.test(idOf(thing)))) return all.toSorted((a, b) => compareByBytes(idOf(a), idOf(b)));
  return all.toSorted((a, b) => {
    const [x, y] = [idOf(a), idOf(b)];
    return x < y ? -1 : x > y ? 1 : 0;
  });
}
