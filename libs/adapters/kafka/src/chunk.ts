import type { NewRecord } from '@tutti/runtime';

/** At most: length, attributes, two deltas, and the lengths of key, value and headers, as varints. */
const recordOverheadBytes = 40;
const headerOverheadBytes = 10;

/** Most bytes a record takes within a batch that is not compressed. */
export function recordBytes({ key, value, headers }: NewRecord): number {
  let bytes = recordOverheadBytes + key.length + value.length;
  for (const name of Object.keys(headers)) {
    bytes += headerOverheadBytes + 3 * name.length + headers[name]!.length;
  }
  return bytes;
}

/**
 * How many of the records, from `from` on, go into one batch of at most so many bytes; at least one, which may be
 * larger on its own.
 */
export function fitting(
  records: readonly NewRecord[],
  from: number,
  bytesMax: number,
): { count: number; bytes: number } {
  let bytes = 0;
  let count = 0;
  for (let index = from; index < records.length; index += 1) {
    const more = recordBytes(records[index]!);
    if (count > 0 && bytes + more > bytesMax) break;
    bytes += more;
    count += 1;
  }
  return { count, bytes };
}
