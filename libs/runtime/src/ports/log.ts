/** One record of a topic. Values and headers are bytes, as on Kafka. */
export interface LogRecord {
  key: Buffer | null;
  value: Buffer | null;
  headers: Readonly<Record<string, Buffer>>;
  /** Broker's append time, milliseconds. */
  timestampMs: number;
  offset: number;
}

/** What the owner of partitions is told, and asked, by the log. */
export interface IntakeHandler {
  /** Partition assigned: claim it, then say the offset to start from (`undefined`: the earliest there is). */
  assigned(partition: number): Promise<number | undefined>;
  /** A batch in offset order. Resolves when all of it is answered; then `next` is committed as a hint. */
  batch(partition: number, records: LogRecord[], highWatermark: number): Promise<void>;
  revoked(partition: number): Promise<void>;
}

/** Intake and outgoing topics. Port; none on one machine, Kafka on many, in memory for tests. */
export interface Log {
  partitions(topic: string): Promise<number>;
  /** Appends in order, at least once; resolves when acknowledged by all replicas. */
  send(
    topic: string,
    partition: number,
    records: { key: Buffer; value: Buffer; headers: Record<string, Buffer> }[],
  ): Promise<void>;
  /** Last record of a partition, for a relay that goes on from the topic's tail. */
  tail(topic: string, partition: number): Promise<LogRecord | undefined>;
  /** Joins the group and feeds the handler until stopped. */
  consume(topic: string, group: string, handler: IntakeHandler): Promise<() => Promise<void>>;
  close(): Promise<void>;
}
