import type { Json } from '@tutti/kernel';

/** Entries in the order of their names, so that what is generated does not depend on how the model was read. */
export function sorted<T>(record: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(record).toSorted(([left], [right]) => (left < right ? -1 : 1));
}

/** The same value with every object's keys in order. */
export function sortedJson<T extends Json>(value: T): T {
  if (Array.isArray(value)) return value.map((item) => sortedJson(item)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(sorted(value).map(([key, each]) => [key, sortedJson(each)])) as T;
}
