/** How far a processor has come, committed together with its state. */
export interface Checkpoint {
  /** Revision of the last record whose effect is in the store; -1 at the start. */
  revision: number;
  /** Term of the writer that committed it. */
  term: number;
}

/** A subject as stored: opaque to the store but for the deadline. */
export interface SubjectRow {
  id: string;
  /** JSON text of the subject without its log. */
  state: string;
  /** When its next deadline is due, milliseconds; null if none. */
  dueAtMs: number | null;
  /** Chunks of its verdict log that have changed: number → bytes. Chunks not named stay as they are. */
  chunks: ReadonlyMap<number, Uint8Array>;
}

/** A subject read back, with all chunks of its log in order. */
export interface StoredSubject {
  id: string;
  state: string;
  chunks: Uint8Array[];
}

/** Write-behind cache of what the journal says, one fenced checkpoint a partition. Port; DESIGN §3.5. */
export interface SubjectStore {
  checkpoint(partition: number): Promise<Checkpoint | undefined>;

  /** Subjects by id, in the order asked for; undefined where there is none. */
  read(partition: number, ids: readonly string[]): Promise<(StoredSubject | undefined)[]>;

  /** Ids due at or before `atMs`, in order of (deadline, id by UTF-8 bytes), at most `limit`. */
  due(partition: number, atMs: number, limit: number): Promise<{ id: string; dueAtMs: number }[]>;

  /** All ids of a partition after `after` in byte order, at most `limit`. */
  ids(partition: number, after: string, limit: number): Promise<string[]>;

  /**
   * Writes rows (sorted by id in byte order) and moves the checkpoint, in one transaction, if it is still at
   * `expected.revision` (undefined: none yet) and its term is at most `next.term`. Returns false, with nothing
   * written, where it is not.
   */
  commit(
    partition: number,
    expected: Checkpoint | undefined,
    next: Checkpoint,
    rows: readonly SubjectRow[],
  ): Promise<boolean>;

  /** Forgets a partition: its rows and checkpoint. The journal has it all. */
  discard(partition: number): Promise<void>;

  close(): Promise<void>;
}
