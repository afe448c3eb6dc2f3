import { makeBlock } from '../journal/index.js';
import type { Block } from '../ports/journal.js';

/** A block of `records` lines after its header, told apart by `mark`. */
export function sampleBlock(stream: string, first: number, records = 1, mark = '', term = 1): Block {
  const lines = Array.from({ length: records }, (_, index) =>
    JSON.stringify({ kind: 'sample', number: first + 1 + index, mark }),
  );
  return makeBlock({ stream, first, term, next: null, atMs: 1_772_446_504_120, engine: 'conformance', lines });
}

/** Text that does not compress, of about so many characters; the same each time. */
export function noise(characters: number, seed = 1): string {
  const parts: string[] = [];
  let state = seed;
  for (let length = 0; length < characters; length += 6) {
    // Lehmer's generator, Park and Miller 1988.
    state = (state * 48_271) % 2_147_483_647;
    parts.push(state.toString(36).padStart(6, '0'));
  }
  return parts.join('').slice(0, characters);
}
