import { setTimeout } from 'node:timers/promises';
import { TuttiError } from '@tutti/kernel';
import type { NewRecord } from '@tutti/runtime';
import { fitting } from './chunk.js';
import { kafkaError } from './kafka-errors.js';

const retryFirstMs = 50;
const retryMostMs = 2_000;

interface Job {
  records: readonly NewRecord[];
  /** Of the records that are in the log, in order. */
  offsets: number[];
  deadlineMs: number;
  resolve: (offsets: number[]) => void;
  reject: (error: TuttiError) => void;
}

export interface LaneSettings {
  topic: string;
  partition: number;
  batchBytesMax: number;
  timeoutMs: number;
  /** Sends one batch; gives the offset of its first record. */
  produce: (records: readonly NewRecord[]) => Promise<number>;
}

/**
 * The way into one partition: one batch at a time, so that order holds through retries. What is asked while a batch is
 * under way goes into the next one together. When a batch fails for good, everything behind it fails with it: a caller
 * that sends again from there keeps the order.
 */
export class SendLane {
  private readonly jobs: Job[] = [];
  private readonly closing = new AbortController();
  private running: Promise<void> | undefined;
  private bytesMax: number;

  constructor(private readonly settings: LaneSettings) {
    this.bytesMax = settings.batchBytesMax;
  }

  send(records: readonly NewRecord[]): Promise<number[]> {
    if (records.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      this.jobs.push({ records, offsets: [], deadlineMs: Date.now() + this.settings.timeoutMs, resolve, reject });
      this.running ??= this.run();
    });
  }

  /** The batch under way is waited for; it is not tried again, and what waits behind it fails. */
  async close(): Promise<void> {
    this.closing.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    // What is asked in this turn of the event loop goes together.
    await Promise.resolve();
    while (this.jobs.length > 0) {
      const { batch, bytes } = this.gather();
      try {
        const base = await this.produce(batch);
        this.placed(base, batch.length);
      } catch (error) {
        const told = kafkaError(error, this.settings.topic);
        if (told.code !== 'too-large') this.failAll(told);
        // The topic takes less than we thought: from now on half of that.
        else if (batch.length > 1) this.bytesMax = Math.ceil(bytes / 2);
        else this.jobs.shift()!.reject(told);
      }
    }
    this.running = undefined;
  }

  /** What goes into the next batch: of the first jobs as much as fits. */
  private gather(): { batch: NewRecord[]; bytes: number } {
    const batch: NewRecord[] = [];
    let total = 0;
    for (const { records, offsets } of this.jobs) {
      const { count, bytes } = fitting(records, offsets.length, this.bytesMax - total);
      if (batch.length > 0 && total + bytes > this.bytesMax) break;
      for (let index = 0; index < count; index += 1) batch.push(records[offsets.length + index]!);
      total += bytes;
      if (offsets.length + count < records.length) break;
    }
    return { batch, bytes: total };
  }

  private placed(base: number, count: number): void {
    for (let at = 0; at < count;) {
      const job = this.jobs[0]!;
      const part = Math.min(job.records.length - job.offsets.length, count - at);
      for (let index = 0; index < part; index += 1) job.offsets.push(base + at + index);
      at += part;
      if (job.offsets.length === job.records.length) this.jobs.shift()!.resolve(job.offsets);
    }
  }

  /** Tries until it is there, refused, too late, or closed. */
  private async produce(batch: readonly NewRecord[]): Promise<number> {
    for (let waitMs = retryFirstMs; ; waitMs = Math.min(2 * waitMs, retryMostMs)) {
      if (this.closing.signal.aborted)
        throw new TuttiError('log-unavailable', 'the log is closed', { retryable: true });
      try {
        return await this.settings.produce(batch);
      } catch (error) {
        const told = kafkaError(error, this.settings.topic);
        if (!told.retryable || Date.now() + waitMs >= this.jobs[0]!.deadlineMs) throw told;
        await setTimeout(waitMs, undefined, { signal: this.closing.signal }).catch(() => {});
      }
    }
  }

  private failAll(error: TuttiError): void {
    for (const job of this.jobs.splice(0)) job.reject(error);
  }
}
