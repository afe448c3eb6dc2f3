import { setTimeout } from 'node:timers/promises';
import { TuttiError } from '@tutti/kernel';
import type { IntakeHandler } from '@tutti/runtime';
import type { WireMessage } from './kafka-cluster.js';
import { toLogRecord } from './log-record.js';
import { PartitionFeed } from './partition-feed.js';

const retryFirstMs = 50;
const retryMostMs = 5_000;
/** A high watermark may lag behind for a moment after a change of leader; then the offset wanted seems not there yet. */
const behindTries = 6;

/** A batch of kafkajs, with the offset it was asked for, which its types leave out. */
export interface FetchedBatch {
  fetchedOffset: string;
  highWatermark: string;
  messages: WireMessage[];
  lastOffset(): string;
}

/** What a holding needs of its consumer. All but `range` throw where the consumer has ended. */
export interface HoldingSource {
  range(topic: string, partition: number): Promise<{ first: number; end: number }>;
  seek(offset: number): void;
  pause(): void;
  resume(): void;
  /** All below is answered. */
  answered(offset: number): void;
}

/**
 * A partition from the moment it is assigned until it is handed over. Nothing is fetched until its owner has said where
 * to start and that place is known to be there: kafkajs would go on elsewhere without a word.
 */
export class Holding {
  private readonly gone = new AbortController();
  /** Offset the next record has, or a later one. */
  private next = 0;
  private readonly feed: PartitionFeed;
  private readonly starting: Promise<void>;
  private handedOver: Promise<void> | undefined;

  constructor(
    private readonly topic: string,
    readonly partition: number,
    private readonly handler: IntakeHandler,
    private readonly source: HoldingSource,
    /** How long a hand-over waits for the batch under way. */
    private readonly patienceMs: number,
  ) {
    this.feed = new PartitionFeed({
      deliver: (records, highWatermark) => handler.batch(partition, records, highWatermark),
      answered: (offset) => source.answered(offset),
      failed: (error) => this.tell(error),
      thirsty: () => this.resume(),
    });
    this.starting = this.start();
  }

  /** A batch was fetched. */
  async take(batch: FetchedBatch): Promise<void> {
    if (this.gone.signal.aborted) return;
    if (Number(batch.fetchedOffset) !== this.next && !(await this.isLegalGap(Number(batch.fetchedOffset)))) return;
    const { messages } = batch;
    const after = Number(batch.lastOffset()) + 1;
    this.next = after;
    // Behind the last record there may be markers of transactions, which nobody will ever see.
    const end = Number(batch.highWatermark);
    const highWatermark = after >= end ? Number(messages.at(-1)!.offset) + 1 : end;
    if (this.feed.push(messages.map(toLogRecord), highWatermark)) this.whileConsuming(() => this.source.pause());
  }

  /** Nothing more is handed to the owner; resolves when it has been told so. */
  handOver(): Promise<void> {
    this.handedOver ??= this.end();
    return this.handedOver;
  }

  private async end(): Promise<void> {
    this.gone.abort();
    const calm = Promise.all([this.starting, this.feed.stop()]);
    // An owner may be waiting for its journal: then it learns of the hand-over while its batch is still under way.
    await Promise.race([calm, setTimeout(this.patienceMs, undefined, { ref: false })]);
    await this.handler.revoked(this.partition).catch((error: unknown) => this.handler.trouble?.(error, this.partition));
  }

  private async start(): Promise<void> {
    const wanted = await this.retrying(() => this.handler.assigned(this.partition));
    if (wanted === undefined) return;
    let tries = 0;
    const from = await this.retrying(async () => {
      const { first, end } = await this.source.range(this.topic, this.partition);
      const offset = wanted.value ?? first;
      tries += 1;
      if (offset < first) throw truncated(this.topic, this.partition, offset, first, end);
      if (offset <= end) return offset;
      throw behind(this.topic, this.partition, offset, first, end, tries < behindTries);
    });
    if (from === undefined || this.gone.signal.aborted) return;
    this.next = from.value;
    this.whileConsuming(() => {
      this.source.seek(from.value);
      this.source.resume();
    });
  }

  /**
   * Whether a fetch from elsewhere than expected is right: markers of transactions are passed over unseen. But where the
   * place expected is gone, kafkajs went on at the earliest there is, and records are missing.
   */
  private async isLegalGap(fetched: number): Promise<boolean> {
    const { first, end } = await this.source.range(this.topic, this.partition);
    const isLegal = fetched > this.next && first <= this.next;
    if (isLegal || this.gone.signal.aborted) return isLegal;
    this.whileConsuming(() => this.source.pause());
    this.tell(
      fetched > this.next
        ? truncated(this.topic, this.partition, this.next, first, end)
        : behind(this.topic, this.partition, this.next, first, end, false),
    );
    return false;
  }

  /** Tries until it works, cannot work, or the partition is handed over; `undefined` in the last two. */
  private async retrying<T>(work: () => Promise<T>): Promise<{ value: T } | undefined> {
    for (let waitMs = retryFirstMs; !this.gone.signal.aborted; waitMs = Math.min(2 * waitMs, retryMostMs)) {
      try {
        return { value: await work() };
      } catch (error) {
        this.tell(error);
        if (error instanceof TuttiError && !error.retryable) return undefined;
        await setTimeout(waitMs, undefined, { signal: this.gone.signal }).catch(() => {});
      }
    }
    return undefined;
  }

  private resume(): void {
    if (!this.gone.signal.aborted) this.whileConsuming(() => this.source.resume());
  }

  private whileConsuming(work: () => void): void {
    try {
      work();
    } catch {
      // The consumer has ended; the next one begins from what the owner says.
    }
  }

  /** Of a partition that is gone there is no trouble: nobody would ever say that it is over. */
  private tell(error: unknown): void {
    if (!this.gone.signal.aborted) this.handler.trouble?.(error, this.partition);
  }
}

function truncated(topic: string, partition: number, wanted: number, first: number, end: number): TuttiError {
  const missing = `${wanted}..${first - 1}`;
  return new TuttiError(
    'intake-truncated',
    `${topic}[${partition}] has lost the offsets ${missing}, not answered yet`,
    {
      where: `${topic}[${partition}]`,
      mend: 'Bring the records back from a copy, or let an operator accept the loss.',
      facts: { topic, partition, wanted, first, end },
    },
  );
}

function behind(
  topic: string,
  partition: number,
  wanted: number,
  first: number,
  end: number,
  retryable: boolean,
): TuttiError {
  return new TuttiError('intake-truncated', `${topic}[${partition}] ends at ${end}, before ${wanted}, where to go on`, {
    where: `${topic}[${partition}]`,
    mend: 'The topic was made anew or lost its end: bring it back, or make a new space.',
    facts: { topic, partition, wanted, first, end },
    retryable,
  });
}
