/** One record as it is sent. */
export interface SentRecord {
  key: string;
  value: Uint8Array;
  headers: Readonly<Record<string, string>>;
}

/** Records for one partition, sent as one batch. */
export interface SentBatch {
  partition: number;
  records: readonly SentRecord[];
}

/** Where a batch lies: its first record's offset, the others follow. */
export interface Placed {
  partition: number;
  baseOffset: number;
  /** Broker's time of appending, milliseconds, where the topic keeps it. */
  appendedAtMs: number | undefined;
}

/** One record as it is read. */
export interface ReadRecord {
  offset: number;
  key: string;
  value: Uint8Array | null;
  headers: Readonly<Record<string, string>>;
}

/** Offsets a partition holds: `first` inclusive, `end` exclusive. */
export interface Range {
  first: number;
  end: number;
}

export interface ReadOptions {
  /** Offset to begin at, by partition. */
  from: readonly number[];
  /** A batch in order; the next of its partition comes when this has resolved. Never one from before a `seek`. */
  onBatch(partition: number, records: readonly ReadRecord[]): Promise<void>;
  /** Reading has ended by itself. */
  onEnd(error: KafkaFault): void;
}

/** A topic that is being read, all its partitions. */
export interface Reading {
  seek(partition: number, offset: number): void;
  close(): Promise<void>;
}

/** The part of Kafka that the client uses. Every call may throw {@link KafkaFault}. */
export interface KafkaPort {
  /** Names of the topics one may see. */
  topics(): Promise<string[]>;
  partitions(topic: string): Promise<number>;
  /** By partition. */
  ranges(topic: string): Promise<Range[]>;
  /** By partition: the first offset whose record has this time or a later one; the end where there is none. */
  offsetsAt(topic: string, timeMs: number): Promise<number[]>;
  /** Resolves when all replicas have all of them. */
  send(topic: string, batches: readonly SentBatch[]): Promise<Placed[]>;
  read(topic: string, options: ReadOptions): Promise<Reading>;
  close(): Promise<void>;
}

/**
 * What can go wrong with brokers. `unreachable`: nothing was sent. `lost`: it may have been taken. The others are
 * final: asking again would not help.
 */
export type FaultKind =
  'unreachable' | 'lost' | 'forbidden' | 'unauthenticated' | 'unknown-topic' | 'too-large' | 'unreadable';

export class KafkaFault extends Error {
  readonly kind: FaultKind;

  constructor(kind: FaultKind, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'KafkaFault';
    this.kind = kind;
  }

  /** Whether the same call may succeed later. */
  get isPassing(): boolean {
    return this.kind === 'unreachable' || this.kind === 'lost';
  }
}
