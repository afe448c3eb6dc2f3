import { evolve, type ModelRevision } from '@tutti/contracts';
import { JournalReader, type CheckedBlock } from '../journal/journal-reader.js';
import { recordKind } from '../journal/record.js';
import type { Journal } from '../ports/journal.js';
import type { Checkpoint, SubjectStore } from '../ports/store.js';
import { verdictAt, verdictsOf } from '../reading/block-shelf.js';
import type { SubjectCache } from './subject-cache.js';

/** Where recovery gets its things from, and puts them. */
export interface Recovery {
  journal: Journal;
  store: SubjectStore;
  partition: number;
  subjects: SubjectCache;
  models: ReadonlyMap<number, ModelRevision>;
  /** Term under which the store is taken over, so that an older owner stores nothing more; undefined: it is not. */
  term: number | undefined;
  /** Told where the store is, before the first block is folded. */
  begin(checkpoint: Checkpoint | undefined): void;
  /** Called after each block: stores what memory should not hold any longer. */
  folded(verdicts: number, revision: number): Promise<void>;
}

/**
 * Brings a partition's subjects to where its journal is: from the store's checkpoint on, verdicts are folded as they
 * were when they were made. A store that is ahead of the journal is discarded first.
 *
 * @param next revision after the stream's end
 * @throws JournalUnavailableError, StoreUnavailableError, TuttiError `journal-corrupt`
 */
export async function recover(recovery: Recovery, next: number): Promise<void> {
  const { journal, store, partition, subjects } = recovery;
  let checkpoint = await store.checkpoint(partition);
  if (checkpoint !== undefined && checkpoint.revision >= next) {
    await store.discard(partition);
    checkpoint = undefined;
  }
  checkpoint = await takenOver(recovery, checkpoint);
  subjects.reset(checkpoint === undefined);
  recovery.begin(checkpoint);
  const reader = new JournalReader(journal, verdictsOf(partition));
  for await (const block of reader.blocks((checkpoint?.revision ?? -1) + 1)) {
    if (block.first >= next) break;
    await recovery.folded(await foldBlock(recovery, block), block.end - 1);
  }
}

/** The store's checkpoint under our term: what an older owner still means to store is refused from then on. */
async function takenOver(
  { store, partition, term }: Recovery,
  checkpoint: Checkpoint | undefined,
): Promise<Checkpoint | undefined> {
  if (term === undefined || checkpoint === undefined || checkpoint.term >= term) return checkpoint;
  const ours = { revision: checkpoint.revision, term };
  // Where it is refused it has moved meanwhile, and is what it is.
  return (await store.commit(partition, checkpoint, ours, [])) ? ours : store.checkpoint(partition);
}

async function foldBlock({ partition, subjects, models }: Recovery, block: CheckedBlock): Promise<number> {
  const stream = verdictsOf(partition);
  const verdicts = block.records
    .filter((record) => recordKind(stream, record) === 'verdict')
    .map(({ revision, line }) => verdictAt(partition, revision, line));
  const ids = new Set<string>();
  for (const { verdict } of verdicts) if (verdict.subject !== undefined) ids.add(verdict.subject.id);
  await subjects.load([...ids]);
  for (const { verdict, revision } of verdicts) {
    if (verdict.subject === undefined) continue;
    const subject = subjects.get(verdict.subject.id)!;
    evolve(subject.state, verdict, revision, models);
    subjects.touched(subject);
  }
  return verdicts.length;
}
