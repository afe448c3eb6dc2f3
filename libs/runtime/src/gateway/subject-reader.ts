import { evolve, parseSubject, type SubjectState } from '@tutti/contracts';
import { TuttiError } from '@tutti/kernel';
import type { ControlStream } from '../control/control-stream.js';
import { recordKind } from '../journal/record.js';
import type { PartitionTask } from '../partition/partition-task.js';
import { visitSubject } from '../partition/visit-subject.js';
import type { SubjectStore } from '../ports/store.js';
import { verdictAt, verdictsOf } from '../reading/block-shelf.js';
import type { JournaledVerdict } from '../reading/journaled-verdict.js';
import type { BlockCache } from './block-cache.js';

/**
 * Subjects as the journal has them now. Where another process owns the partition: as the store has them, with the
 * verdicts after its checkpoint folded in; records that are about others are not parsed.
 */
export class SubjectReader {
  constructor(
    private readonly store: SubjectStore,
    private readonly blocks: BlockCache,
    private readonly control: ControlStream,
    /** The task of a partition that this process owns, as far as it is known to be the only one. */
    private readonly taskOf: (partition: number) => PartitionTask | undefined = () => undefined,
  ) {}

  /** The subject; undefined where nothing was ever recorded about it. @throws JournalUnavailableError, StoreUnavailableError */
  async read(partition: number, id: string): Promise<SubjectState | undefined> {
    const task = this.taskOf(partition);
    if (task !== undefined) {
      try {
        return await visitSubject(task, this.store, id);
      } catch (error) {
        // It may just have lost the partition: the journal tells as well.
        if (!(error instanceof TuttiError)) throw error;
      }
    }
    // In this order: a row may be newer than the checkpoint, but never older.
    const checkpoint = await this.store.checkpoint(partition);
    const [stored] = await this.store.read(partition, [id]);
    let state = stored === undefined ? undefined : parseSubject(stored.state, stored.chunks);
    const known = state?.log.revisions().at(-1) ?? -1;
    for await (const { verdict, revision } of this.verdictsOn(partition, id, (checkpoint?.revision ?? -1) + 1)) {
      if (revision <= known) continue;
      if (verdict.accepted && !this.control.state.models.has(verdict.model)) await this.control.catchUp();
      state = evolve(state, verdict, revision, this.control.state.models);
    }
    return state === undefined || state.log.size === 0 ? undefined : state;
  }

  private async *verdictsOn(partition: number, id: string, from: number): AsyncGenerator<JournaledVerdict> {
    const stream = verdictsOf(partition);
    // So begins the subject in the record of each verdict about it; a decision may hold the same text.
    const needle = Buffer.from(`,"subject":{"id":${JSON.stringify(id)},`);
    for await (const block of this.blocks.from(partition, from)) {
      if (!block.bytes.includes(needle)) continue;
      for (const record of block.records) {
        if (!record.line.includes(needle) || recordKind(stream, record) !== 'verdict') continue;
        const found = verdictAt(partition, record.revision, record.line);
        if (found.verdict.subject?.id === id) yield found;
      }
    }
  }
}
