import { newSubject, parseSubject, serializeSubject, type SubjectState } from '@tutti/contracts';
import type { SubjectRow, SubjectStore } from '../ports/store.js';
import { sortByBytes } from './sort-by-bytes.js';

/** Rows made before others get their turn: a few milliseconds. */
const ROWS_A_TURN = 1_000;

/** A subject in memory. */
export interface CachedSubject {
  readonly state: SubjectState;
  /** Verdicts of its log that the store has. */
  stored: number;
  /** Whether the store has not got it as it is. */
  dirty: boolean;
}

/**
 * Subjects of one partition in memory: write-behind, and bounded. Two generations stand in for "least recently used":
 * what is used moves to the young one; when there are too many, the old one is let go and the young one becomes old.
 */
export class SubjectCache {
  private young = new Map<string, CachedSubject>();
  private old = new Map<string, CachedSubject>();
  private changed: CachedSubject[] = [];
  /** True while every subject of the partition is in memory: then what is not here is nowhere. */
  private complete = false;
  private earliestDueMs = Infinity;

  constructor(
    private readonly store: SubjectStore,
    private readonly partition: number,
    /** Subjects kept in memory, about: for a while half as many again, and never fewer than a batch needs. */
    private readonly subjectsMax: number,
  ) {}

  get size(): number {
    return this.young.size + this.old.size;
  }

  get dirty(): number {
    return this.changed.length;
  }

  /** A time before which no subject that is not stored yet falls due. */
  get earliestDirtyDueMs(): number {
    return this.earliestDueMs;
  }

  /** Whether memory holds as much as it should: store what is dirty, then let go. */
  get full(): boolean {
    return this.size >= this.subjectsMax && this.young.size * 2 >= this.subjectsMax;
  }

  /** Forgets everything. @param empty whether the store holds nothing of this partition either */
  reset(empty: boolean): void {
    this.young = new Map();
    this.old = new Map();
    this.changed = [];
    this.complete = empty;
    this.earliestDueMs = Infinity;
  }

  /** A subject that is in memory, or undefined. Counts as use. */
  get(id: string): CachedSubject | undefined {
    const found = this.young.get(id);
    if (found !== undefined) return found;
    const aged = this.old.get(id);
    if (aged === undefined) return undefined;
    this.old.delete(id);
    this.young.set(id, aged);
    return aged;
  }

  isDirty(id: string): boolean {
    return this.peek(id)?.dirty ?? false;
  }

  /**
   * Brings subjects into memory, those that nobody has decided about yet as new ones. For the partition's owner alone:
   * a second reader could put back what has changed meanwhile.
   *
   * @param ids may repeat; '' stands for no subject
   * @returns the subjects in the order of their ids
   * @throws StoreUnavailableError
   */
  async load(ids: readonly string[]): Promise<(CachedSubject | undefined)[]> {
    const found: (CachedSubject | undefined)[] = [];
    let missing: Set<string> | undefined;
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i]!;
      const subject = id === '' ? undefined : (this.get(id) ?? (this.complete ? this.add(newSubject(id)) : undefined));
      if (subject === undefined && id !== '') (missing ??= new Set()).add(id);
      found.push(subject);
    }
    if (missing === undefined) return found;
    const wanted = [...missing];
    const stored = await this.store.read(this.partition, wanted);
    for (const [index, id] of wanted.entries()) {
      const row = stored[index];
      this.add(row === undefined ? newSubject(id) : parseSubject(row.state, row.chunks));
    }
    return found.map((subject, index) => subject ?? this.young.get(ids[index]!));
  }

  /** Notes that a subject has changed. */
  touched(subject: CachedSubject): void {
    if (!subject.dirty) {
      subject.dirty = true;
      this.changed.push(subject);
    }
    const { due } = subject.state;
    if (due !== undefined && due.atMs < this.earliestDueMs) this.earliestDueMs = due.atMs;
  }

  /**
   * What the store has not got, in key order. Nothing may change until it is stored; others get their turn of the event
   * loop meanwhile.
   */
  async rows(): Promise<SubjectRow[]> {
    const rows: SubjectRow[] = [];
    for (const { state, stored } of sortByBytes(this.changed, (subject) => subject.state.id)) {
      rows.push({
        id: state.id,
        state: serializeSubject(state),
        dueAtMs: state.due?.atMs ?? null,
        chunks: state.log.chunksSince(stored),
      });
      if (rows.length % ROWS_A_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    return rows;
  }

  /** Notes that all of {@link rows} is stored. */
  stored(): void {
    for (const subject of this.changed) {
      subject.dirty = false;
      subject.stored = subject.state.log.size;
    }
    this.changed = [];
    this.earliestDueMs = Infinity;
  }

  /** Lets go of what has not been used for long, if there is too much. Only while nothing is dirty. */
  release(): void {
    if (!this.full || this.changed.length > 0) return;
    if (this.old.size > 0) this.complete = false;
    this.old = this.young;
    this.young = new Map();
  }

  /** A subject that is in memory, or undefined; does not count as use. */
  peek(id: string): CachedSubject | undefined {
    return this.young.get(id) ?? this.old.get(id);
  }

  private add(state: SubjectState): CachedSubject {
    const subject = { state, stored: state.log.size, dirty: false };
    this.young.set(state.id, subject);
    return subject;
  }
}
