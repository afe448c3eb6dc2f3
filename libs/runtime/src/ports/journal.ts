/** What one append adds to a stream: a header record and any number of others, atomic. Frozen once made. */
export interface Block {
  /** Revision of its first record, the header. */
  readonly first: number;
  /** Records in it, header included. */
  readonly count: number;
  readonly term: number;
  /** Derived from SHA-256(stream, term, first, bytes), a UUID; the same block has the same id. */
  readonly id: string;
  /** JSON lines, one record a line, each ended by LF. Adapters keep them packed (`packBytes`, `unpackBytes`). */
  readonly bytes: Uint8Array;
}

/** The system of record: streams of records, appended in blocks under an expected revision. Port; DESIGN §3. */
export interface Journal {
  /**
   * Appends a block whose `first` is the stream's last revision + 1 (0 for a new stream). Durable when it resolves.
   * Appending a block that is already there (same stream, first and id) resolves: idempotent. Appends to one stream
   * take effect in the order of the calls.
   *
   * @throws RevisionConflictError the stream has gone on, or has not got there yet; nothing was written
   * @throws JournalUnavailableError not known whether it was written; append the same block again
   */
  append(stream: string, block: Block): Promise<void>;

  /**
   * Blocks in order, beginning with the one that holds revision `from`; at most `maxBlocks` (default 64). Empty at the
   * end of the stream or where the stream does not exist.
   *
   * @throws JournalUnavailableError try again
   * @throws TuttiError `journal-corrupt` what is kept cannot be a block
   */
  read(stream: string, from: number, maxBlocks?: number): Promise<Block[]>;

  /** The stream's last block, or undefined where the stream does not exist. */
  last(stream: string): Promise<Block | undefined>;

  /** Names of the streams, sorted by their UTF-8 bytes. */
  streams(): Promise<string[]>;

  /**
   * Calls `wake` after something was appended to the stream, by anyone. A hint only: calls may be merged or come twice,
   * so read on until nothing is left. Returns the way to stop it.
   */
  follow(stream: string, wake: () => void): () => void;

  /** Ends what was begun, then closes. What is asked afterwards is refused (JournalUnavailableError). */
  close(): Promise<void>;
}
