import { fireDeadline, type Regime } from '@tutti/contracts';
import { MAX_BLOCK_RECORDS } from '../journal/limits.js';
import type { SubjectStore } from '../ports/store.js';
import { patiently, type Patience } from './append-block.js';
import type { OpenBlock } from './open-block.js';
import type { CachedSubject, SubjectCache } from './subject-cache.js';

/** What firing deadlines works with. Each `false` means that memory no longer agrees with the journal: begin anew. */
export interface Firing {
  partition: number;
  store: SubjectStore;
  subjects: SubjectCache;
  patience: Patience;
  openBlock(): OpenBlock;
  append(block: OpenBlock): Promise<boolean>;
  flush(): Promise<boolean>;
}

/**
 * Fires the deadlines that an epoch's time has passed, in order of (deadline, subject), in blocks of their own. Goes on
 * where a crash broke off: what has fired is no longer due.
 *
 * @param regime the epoch's
 * @param atMs recorded time of its barrier in this partition
 */
export async function fireDeadlines(firing: Firing, regime: Regime, atMs: number): Promise<void> {
  const { partition, store, subjects, patience } = firing;
  for (;;) {
    if (subjects.earliestDirtyDueMs <= regime.atMs && !(await firing.flush())) return;
    const due = await patiently(patience, () => store.due(partition, regime.atMs, MAX_BLOCK_RECORDS - 1));
    if (due.length === 0) return;
    if (due.some(({ id }) => subjects.isDirty(id))) {
      // The store is behind: it may be due no longer.
      if (!(await firing.flush())) return;
      continue;
    }
    const ids = due.map(({ id }) => id);
    const loaded = (await patiently(patience, () => subjects.load(ids))) as CachedSubject[];
    const block = firing.openBlock();
    for (const subject of loaded) {
      const { verdict, event } = fireDeadline(subject.state, regime, atMs);
      if (block.addVerdict(verdict, event, subject, regime) === undefined) break;
    }
    if (!(await firing.append(block)) || !(await firing.flush())) return;
  }
}
