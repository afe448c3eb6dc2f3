import type { WireVerdict } from '@tutti/contracts';
import type { Backbone } from '@tutti/runtime';
import { encodeCursor } from './cursor.js';
import type { VerdictFilter } from './filter.js';
import { MergedReader } from './merged-reader.js';

/** Verdicts looked at for one page, so that a filter that lets nothing pass does not read the whole journal at once. */
const LOOKED_AT_MAX = 10_000;

/** One page of verdicts in order of recorded time. */
export interface VerdictPage {
  verdicts: WireVerdict[];
  /** Cursor of the page after; ask with it again later, too: new verdicts follow there. */
  next: string;
  /** True where the journal holds more now. A page may be empty and have more. */
  more: boolean;
}

export async function readPage(
  backbone: Backbone,
  from: readonly number[],
  filter: VerdictFilter,
  limit: number,
): Promise<VerdictPage> {
  const reader = new MergedReader(backbone, from, filter.partition);
  const verdicts: WireVerdict[] = [];
  let more = true;
  for (let looked = 0; looked < LOOKED_AT_MAX && verdicts.length < limit; looked++) {
    const verdict = await reader.next();
    if (verdict === undefined) {
      more = false;
      break;
    }
    if (filter.passes(verdict)) verdicts.push(verdict);
  }
  return { verdicts, next: encodeCursor(backbone.space, reader.positions()), more };
}
