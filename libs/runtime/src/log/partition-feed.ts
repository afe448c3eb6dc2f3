import { setTimeout } from 'node:timers/promises';
import type { LogRecord } from '../ports/log.js';

const RECORDS_PER_BATCH = 500;
const RETRY_AFTER_MS = 5;

/** One partition of a topic in memory. */
export interface MemoryPartition {
  records: LogRecord[];
  /** Called after records were added. */
  readonly wakes: Set<() => void>;
}

/** Feeds one owner the records of a partition, a batch at a time, until stopped. A batch that fails comes again. */
export class PartitionFeed {
  private stopped = false;
  private abandoned = false;
  private wake: () => void = () => undefined;
  private readonly ended: Promise<void>;

  constructor(
    private readonly partition: MemoryPartition,
    private next: number,
    private readonly deliver: (records: LogRecord[], highWatermark: number) => Promise<unknown>,
  ) {
    this.ended = this.run();
  }

  /** Resolves when the batch under way, if any, has been answered or has failed. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.wake();
    await this.ended;
  }

  /** Ends it without waiting for the batch under way. */
  abandon(): void {
    this.stopped = true;
    this.abandoned = true;
    this.wake();
  }

  private async run(): Promise<void> {
    const onRecords = (): void => this.wake();
    this.partition.wakes.add(onRecords);
    while (!this.stopped) {
      const records = this.partition.records.slice(this.next, this.next + RECORDS_PER_BATCH);
      if (records.length === 0) {
        await new Promise<void>((resolve) => (this.wake = resolve));
        continue;
      }
      try {
        await this.deliver(records, this.partition.records.length);
        this.next = records.at(-1)!.offset + 1;
      } catch {
        if (!this.abandoned) await setTimeout(RETRY_AFTER_MS);
      }
    }
    this.partition.wakes.delete(onRecords);
  }
}
