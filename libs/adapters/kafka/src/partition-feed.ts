import { setTimeout } from 'node:timers/promises';
import type { LogRecord } from '@tutti/runtime';
import { bytesOf } from './log-record.js';

const retryFirstMs = 20;
const retryMostMs = 2_000;
/**
 * Above the first the partition is not fetched any more, below the second it is again. The second must last until a
 * fetch has brought more; what waits longer than that outlives its time in the collector's young generation.
 */
const fullBytes = 640 * 1_024;
const thirstyBytes = fullBytes / 2;
/** What waits is handed over together, up to so many bytes. */
const batchBytesMax = 256 * 1_024;

interface Fetched {
  records: LogRecord[];
  bytes: number;
  highWatermark: number;
}

export interface FeedSettings {
  deliver(records: LogRecord[], highWatermark: number): Promise<number | undefined>;
  /** All below this offset is answered. */
  answered(offset: number): void;
  /** A batch was rejected; it comes again. */
  failed(error: unknown): void;
  /** There is room again. */
  thirsty(): void;
}

/**
 * Feeds the owner of one partition what was fetched, one batch at a time. It stands between owner and kafkajs, so that
 * however long an owner takes, fetching of other partitions and heartbeats go on.
 */
export class PartitionFeed {
  private readonly queue: Fetched[] = [];
  private queuedBytes = 0;
  private isFull = false;
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;

  constructor(private readonly settings: FeedSettings) {}

  /** Takes what was fetched. Whether it is full now: then nothing more until it says that it is thirsty. */
  push(records: LogRecord[], highWatermark: number): boolean {
    let bytes = 0;
    for (const record of records) bytes += bytesOf(record);
    this.queue.push({ records, bytes, highWatermark });
    this.queuedBytes += bytes;
    this.isFull = this.queuedBytes >= fullBytes;
    this.running ??= this.run();
    return this.isFull;
  }

  /** Hands nothing more over; resolves when the batch under way has been answered or has failed. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.queue.length = 0;
    await this.running;
  }

  private async run(): Promise<void> {
    while (this.queue.length > 0) await this.deliver(this.take());
    this.running = undefined;
  }

  private take(): Fetched {
    const taken = this.queue.shift()!;
    let { records, bytes, highWatermark } = taken;
    while (this.queue.length > 0 && bytes + this.queue[0]!.bytes <= batchBytesMax) {
      const next = this.queue.shift()!;
      records = records.concat(next.records);
      bytes += next.bytes;
      highWatermark = next.highWatermark;
    }
    this.queuedBytes -= bytes;
    if (this.isFull && this.queuedBytes <= thirstyBytes) {
      this.isFull = false;
      this.settings.thirsty();
    }
    return { records, bytes, highWatermark };
  }

  private async deliver({ records, highWatermark }: Fetched): Promise<void> {
    for (let waitMs = retryFirstMs; !this.stopping.signal.aborted; waitMs = Math.min(2 * waitMs, retryMostMs)) {
      try {
        const answered = await this.settings.deliver(records, highWatermark);
        if (answered !== undefined) this.settings.answered(answered);
        return;
      } catch (error) {
        this.settings.failed(error);
        await setTimeout(waitMs, undefined, { signal: this.stopping.signal }).catch(() => {});
      }
    }
  }
}
