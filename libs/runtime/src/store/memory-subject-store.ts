import { compareByBytes } from '@tutti/contracts';
import { StoreUnavailableError } from '../ports/errors.js';
import type { Checkpoint, StoredSubject, SubjectRow, SubjectStore } from '../ports/store.js';

interface Kept {
  state: string;
  dueAtMs: number | null;
  chunks: Map<number, Uint8Array>;
}

interface Partition {
  checkpoint: Checkpoint | undefined;
  subjects: Map<string, Kept>;
}

/** What several {@link MemorySubjectStore} share, as clients of one server do. */
export class MemoryRows {
  readonly partitions = new Map<number, Partition>();
}

/** A subject store in memory, for tests and simulations. Gone with the process. */
export class MemorySubjectStore implements SubjectStore {
  private closed = false;

  constructor(private readonly kept = new MemoryRows()) {}

  async checkpoint(partition: number): Promise<Checkpoint | undefined> {
    return this.of(partition).checkpoint;
  }

  async read(partition: number, ids: readonly string[]): Promise<(StoredSubject | undefined)[]> {
    const { subjects } = this.of(partition);
    return ids.map((id) => {
      const found = subjects.get(id);
      if (found === undefined) return undefined;
      const chunks = [...found.chunks].toSorted(([a], [b]) => a - b).map(([, bytes]) => bytes);
      return { id, state: found.state, chunks };
    });
  }

  async due(partition: number, atMs: number, limit: number): Promise<{ id: string; dueAtMs: number }[]> {
    const due: { id: string; dueAtMs: number }[] = [];
    for (const [id, { dueAtMs }] of this.of(partition).subjects) {
      if (dueAtMs !== null && dueAtMs <= atMs) due.push({ id, dueAtMs });
    }
    return due.toSorted((a, b) => a.dueAtMs - b.dueAtMs || compareByBytes(a.id, b.id)).slice(0, limit);
  }

  async ids(partition: number, after: string, limit: number): Promise<string[]> {
    const ids = [...this.of(partition).subjects.keys()].filter((id) => compareByBytes(id, after) > 0);
    return ids.toSorted(compareByBytes).slice(0, limit);
  }

  async commit(
    partition: number,
    expected: Checkpoint | undefined,
    next: Checkpoint,
    rows: readonly SubjectRow[],
  ): Promise<boolean> {
    const kept = this.of(partition);
    const there = kept.checkpoint;
    if (there?.revision !== expected?.revision || (there !== undefined && there.term > next.term)) return false;
    for (const { id, state, dueAtMs, chunks } of rows) {
      const before = kept.subjects.get(id)?.chunks ?? [];
      kept.subjects.set(id, { state, dueAtMs, chunks: new Map([...before, ...chunks]) });
    }
    kept.checkpoint = { ...next };
    return true;
  }

  async discard(partition: number): Promise<void> {
    this.of(partition);
    this.kept.partitions.delete(partition);
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  private of(partition: number): Partition {
    if (this.closed) throw new StoreUnavailableError('the store is closed');
    let found = this.kept.partitions.get(partition);
    if (found === undefined) {
      found = { checkpoint: undefined, subjects: new Map() };
      this.kept.partitions.set(partition, found);
    }
    return found;
  }
}
