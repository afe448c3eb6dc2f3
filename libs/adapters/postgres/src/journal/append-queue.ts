import {
  JournalUnavailableError,
  RevisionConflictError,
  packBytes,
  type Block,
  type Codec,
} from '@tutti/runtime/journal';
import { byteaArray, int4Array, int8Array, textArray } from '../connection/binary-array.js';
import type { Sessions, Statement } from '../connection/sessions.js';

interface Asked {
  stream: string;
  block: Block;
  packed: { codec: Codec; bytes: Uint8Array };
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** Batches under way at once. Those of one stream follow each other. */
export const WRITERS = 2;
const BATCH_BLOCKS = 256;
const BATCH_BYTES = 4 * 1024 * 1024;

/**
 * Group commit: what is asked for in one turn of the event loop, and while earlier batches are under way, goes in one
 * round trip and one transaction.
 */
export class AppendQueue {
  private queue: Asked[] = [];
  private readonly busy = new Set<string>();
  private underWay = 0;
  private scheduled = false;
  private idle: (() => void) | undefined;

  constructor(
    private readonly sessions: Sessions,
    private readonly statement: Statement,
    private readonly where: string,
    /** Told which streams have grown. */
    private readonly grown: (streams: string[]) => void,
  ) {}

  append(stream: string, block: Block): Promise<void> {
    return new Promise((resolve, reject) => {
      this.queue.push({ stream, block, packed: packBytes(block.bytes), resolve, reject });
      if (this.scheduled) return;
      this.scheduled = true;
      setImmediate(() => this.pump());
    });
  }

  /** Resolves once everything asked for has its outcome. */
  async drained(): Promise<void> {
    this.pump();
    if (this.queue.length === 0 && this.underWay === 0) return;
    await new Promise<void>((resolve) => (this.idle = resolve));
  }

  private pump(): void {
    this.scheduled = false;
    while (this.underWay < WRITERS) {
      const batch = this.take();
      if (batch.length === 0) break;
      void this.send(batch);
    }
    if (this.queue.length === 0 && this.underWay === 0) this.idle?.();
  }

  /** The next batch: in the order of the calls, but for streams that have one under way. */
  private take(): Asked[] {
    const batch: Asked[] = [];
    const rest: Asked[] = [];
    const held = new Set(this.busy);
    let bytes = 0;
    for (const asked of this.queue) {
      const size = asked.packed.bytes.byteLength;
      const fits = batch.length === 0 || (batch.length < BATCH_BLOCKS && bytes + size <= BATCH_BYTES);
      if (!fits || held.has(asked.stream)) {
        held.add(asked.stream);
        rest.push(asked);
      } else {
        batch.push(asked);
        bytes += size;
      }
    }
    this.queue = rest;
    return batch;
  }

  private async send(batch: Asked[]): Promise<void> {
    // Two batches that met the same streams in another order could wait for each other.
    batch.sort((a, b) => (a.stream < b.stream ? -1 : a.stream > b.stream ? 1 : 0));
    const streams = new Set(batch.map(({ stream }) => stream));
    for (const stream of streams) this.busy.add(stream);
    this.underWay += 1;
    try {
      const { rows } = await this.sessions.query<{ outcomes: string }>(this.statement, parameters(batch));
      this.answer(batch, rows[0]!.outcomes.split(',').map(Number));
    } catch (error) {
      this.fail(batch, streams, error);
    } finally {
      for (const stream of streams) this.busy.delete(stream);
      this.underWay -= 1;
      this.pump();
    }
  }

  private answer(batch: readonly Asked[], outcomes: readonly number[]): void {
    const grown = new Set<string>();
    for (const [index, { stream, block, resolve, reject }] of batch.entries()) {
      const outcome = outcomes[index]!;
      if (outcome === -1) {
        grown.add(stream);
        resolve();
      } else {
        reject(new RevisionConflictError(stream, block.first, outcome));
      }
    }
    if (grown.size > 0) this.grown([...grown]);
  }

  /** What was asked for behind an append whose fate is unknown cannot be told to conflict. */
  private fail(batch: readonly Asked[], streams: ReadonlySet<string>, error: unknown): void {
    const behind = this.queue.filter(({ stream }) => streams.has(stream));
    this.queue = this.queue.filter(({ stream }) => !streams.has(stream));
    for (const { reject } of batch) reject(error);
    for (const { stream, reject } of behind) {
      reject(
        new JournalUnavailableError(`an earlier append to stream ${stream} failed`, {
          where: this.where,
          cause: error,
        }),
      );
    }
  }
}

function parameters(batch: readonly Asked[]): Buffer[] {
  return [
    textArray(batch.map(({ stream }) => stream)),
    int8Array(batch.map(({ block }) => block.first)),
    int4Array(batch.map(({ block }) => block.count)),
    int8Array(batch.map(({ block }) => block.term)),
    textArray(batch.map(({ block }) => block.id)),
    textArray(batch.map(({ packed }) => packed.codec)),
    byteaArray(batch.map(({ packed }) => packed.bytes)),
  ];
}
