/** One record of a topic. Values and headers are bytes, as on Kafka. */
export interface LogRecord {
  key: Buffer | null;
  value: Buffer | null;
  headers: Readonly<Record<string, Buffer>>;
  /** Broker's append time, milliseconds. */
  timestampMs: number;
  offset: number;
}

/** A record to be appended. */
export interface NewRecord {
  key: Buffer;
  value: Buffer;
  headers: Record<string, Buffer>;
}

/** What the owner of partitions is told, and asked, by the log. */
export interface IntakeHandler {
  /** Partition assigned: claim it, then say the offset to start from (`undefined`: the earliest there is). */
  assigned(partition: number): Promise<number | undefined>;
  /**
   * A batch in offset order, one batch of a partition at a time. Resolves when the next one may come; a batch that
   * rejects comes again. The offset it resolves with is committed as a hint for lag displays: all below it is answered.
   */
  batch(partition: number, records: LogRecord[], highWatermark: number): Promise<number | undefined>;
  /** Partition taken away: nothing more comes; another member may have it by now. */
  revoked(partition: number): Promise<void>;
  /**
   * Told what keeps records from coming, of one partition or of all: `log-unavailable`, `log-refused`, what `assigned`
   * or `batch` rejected with (all three are tried again), or `intake-truncated`, `topic-differs` (that partition is not
   * fed). For readiness and logs; the next `assigned`, `batch` or `revoked` says that it is over.
   * Of a partition that is gone nothing more is told, but for what `revoked` itself rejected with.
   */
  trouble?(error: unknown, partition?: number): void;
}

/** Intake and outgoing topics. Port; none on one machine, Kafka on many, in memory for tests. */
export interface Log {
  /** @throws TuttiError `unknown-topic` */
  partitions(topic: string): Promise<number>;
  /**
   * Appends in order, at least once; resolves when acknowledged by all replicas, with the offset of each record.
   *
   * @throws TuttiError `log-unavailable` retryable, `unknown-topic`, `too-large`
   */
  send(topic: string, partition: number, records: readonly NewRecord[]): Promise<number[]>;
  /** Last record of a partition, for a relay that goes on from the topic's tail. */
  tail(topic: string, partition: number): Promise<LogRecord | undefined>;
  /** Offsets a partition holds: `first` inclusive, `end` (the high watermark) exclusive. */
  range(topic: string, partition: number): Promise<{ first: number; end: number }>;
  /** Joins the group and feeds the handler until stopped. */
  consume(topic: string, group: string, handler: IntakeHandler): Promise<() => Promise<void>>;
  close(): Promise<void>;
}
