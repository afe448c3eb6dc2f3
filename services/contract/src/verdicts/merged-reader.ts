import type { WireVerdict } from '@tutti/contracts';
import type { Backbone } from '@tutti/runtime';

/** Verdicts read ahead of the reader, a partition. */
const READ_AHEAD = 128;

interface Lane {
  /** Revision to go on from once `buffer` is used up. */
  next: number;
  /** Revision after the last verdict handed out. */
  position: number;
  buffer: WireVerdict[];
  at: number;
}

/** Reads the verdicts of some partitions in order of recorded time. Holds a bounded number of them. */
export class MergedReader {
  readonly #backbone: Backbone;
  readonly #lanes: Lane[];
  readonly #only: number | undefined;

  /** @param only the one partition to read; others keep their place */
  constructor(backbone: Backbone, positions: readonly number[], only?: number) {
    this.#backbone = backbone;
    this.#lanes = positions.map((position) => ({ next: position, position, buffer: [], at: 0 }));
    this.#only = only;
  }

  /** The place after everything handed out so far. */
  positions(): number[] {
    return this.#lanes.map(({ position }) => position);
  }

  /** The next verdict; undefined where every partition has been read to its end for now. */
  async next(): Promise<WireVerdict | undefined> {
    const tails = this.#backbone.tails();
    let first: Lane | undefined;
    for (const [p, lane] of this.#lanes.entries()) {
      if (this.#only !== undefined && this.#only !== p) continue;
      if (lane.at === lane.buffer.length && lane.next <= tails[p]!) await this.#fill(p, lane);
      if (lane.at === lane.buffer.length) continue;
      if (first === undefined || lane.buffer[lane.at]!.at < first.buffer[first.at]!.at) first = lane;
    }
    if (first === undefined) return undefined;
    const verdict = first.buffer[first.at++]!;
    first.position = first.at === first.buffer.length ? first.next : verdict.revision + 1;
    return verdict;
  }

  async #fill(partition: number, lane: Lane): Promise<void> {
    const { verdicts, next } = await this.#backbone.verdicts(partition, lane.next, READ_AHEAD);
    lane.buffer = verdicts;
    lane.at = 0;
    lane.next = next;
    if (verdicts.length === 0) lane.position = next;
  }
}
