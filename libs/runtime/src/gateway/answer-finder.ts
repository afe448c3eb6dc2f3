import type { JournaledVerdict } from '../reading/journaled-verdict.js';
import type { BlockCache } from './block-cache.js';

/** What an input got: a verdict, its own or that of the same decision before. */
export interface FoundAnswer {
  verdict: JournaledVerdict;
  duplicate: boolean;
}

/** Finds what an input of the intake topic got, by its offset. */
export class AnswerFinder {
  constructor(private readonly blocks: BlockCache) {}

  /**
   * Each block's header says which offset comes after the last it answers: the first block that says more than the
   * offset is the one that answers it.
   *
   * @param around revisions between which it lies, both inclusive
   * @returns undefined where no record answers the offset: the topic has none there
   * @throws JournalUnavailableError, TuttiError `journal-corrupt`
   */
  async find(
    partition: number,
    offset: number,
    around: { low: number; high: number },
  ): Promise<FoundAnswer | undefined> {
    let { low, high } = around;
    let first: number | undefined;
    while (low <= high) {
      const block = await this.blocks.holder(partition, (low + high) >> 1);
      if (block === undefined) break;
      if ((block.header.next ?? 0) > offset) {
        first = block.first;
        high = block.first - 1;
      } else {
        low = block.end;
      }
    }
    if (first === undefined) return undefined;
    const answered = (await this.blocks.holder(partition, first))?.answer(offset);
    if (answered === undefined) return undefined;
    const { revision, duplicate } = answered;
    const verdict = (await this.blocks.holder(partition, revision))?.verdict(revision);
    return verdict && { verdict, duplicate };
  }
}
