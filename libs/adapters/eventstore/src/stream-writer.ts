import { MaxAppendSizeExceededError, type EventData } from '@eventstore/db-client';
import { JournalUnavailableError, RevisionConflictError, type Block } from '@tutti/runtime/journal';
import { eventBytes, toEvent } from './block-event.js';
import { asJournalError } from './failure.js';
import type { Server } from './server.js';
import type { StreamBlocks } from './stream-blocks.js';
import type { StreamNames } from './stream-names.js';

/** Under the server's 1,048,576: what it counts besides data and metadata is not written down anywhere. */
const MAX_APPEND_BYTES = 1_000_000;
/** Conflicts in a row in a stream that does not grow: the server contradicts itself. */
const MOST_CONTRADICTIONS = 3;

/** A stream's end. */
interface Tail {
  /** Number of the last event, -1 where there is none. */
  number: number;
  /** Revision the next block begins at. */
  end: number;
}

interface Asked {
  block: Block;
  /** Made once: an append may have to be sent again. */
  event: EventData | undefined;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/**
 * Appends to one stream, in the order of the calls; what is asked while an append is under way goes into the next one
 * together. Knows the stream's end, so that an append is one call; asks the server for it when it was wrong.
 */
export class StreamWriter {
  private queue: Asked[] = [];
  private tail: Tail | undefined;
  private working = false;
  private bytesMax = MAX_APPEND_BYTES;
  private contradictions = 0;

  constructor(
    private readonly server: Server,
    private readonly stream: string,
    private readonly name: string,
    private readonly blocks: StreamBlocks,
    private readonly names: StreamNames,
  ) {}

  append(block: Block): Promise<void> {
    return new Promise((resolve, reject) => {
      this.queue.push({ block, event: undefined, resolve, reject });
      if (!this.working) void this.work();
    });
  }

  private async work(): Promise<void> {
    this.working = true;
    // What is asked for in one turn of the event loop goes together.
    await Promise.resolve();
    while (this.queue.length > 0) {
      try {
        await this.step(this.queue[0]!);
      } catch (error) {
        this.giveUp(asJournalError(this.server.servers, this.stream, error));
      }
    }
    this.working = false;
  }

  /** Not known what was written: everybody appends again, from the first. */
  private giveUp(error: Error): void {
    const asked = this.queue;
    this.queue = [];
    this.tail = undefined;
    this.contradictions = 0;
    for (const { reject } of asked) reject(error);
  }

  private async step(head: Asked): Promise<void> {
    this.tail ??= await this.readTail();
    if (head.block.first !== this.tail.end) {
      this.tail = await this.readTail();
      if (head.block.first !== this.tail.end) {
        await this.answerMisfit(head, this.tail);
        return;
      }
    }
    await this.write(this.tail);
  }

  /** A block that cannot be next: it is there already, or another one is in its place. */
  private async answerMisfit({ block, resolve, reject }: Asked, { end }: Tail): Promise<void> {
    const there = block.first < end && (await this.blocks.idAt(block.first)) === block.id;
    this.queue.shift();
    if (there) resolve();
    else reject(new RevisionConflictError(this.stream, block.first, end));
  }

  private async write(tail: Tail): Promise<void> {
    if (tail.number < 0) await this.names.add(this.stream);
    const events = this.nextEvents(tail.end);
    let written: boolean;
    try {
      written = await this.server.append(this.name, events, tail.number);
    } catch (error) {
      if (!this.takesLess(error, events.length)) throw error;
      return;
    }
    if (written) this.settle(tail, events.length);
    else await this.resolveConflict(tail);
  }

  private settle(tail: Tail, count: number): void {
    this.contradictions = 0;
    let { number, end } = tail;
    for (const { block, resolve } of this.queue.splice(0, count)) {
      number += 1;
      end = block.first + block.count;
      this.blocks.learn(number, block);
      resolve();
    }
    this.tail = { number, end };
  }

  /** Another writer, or an append of ours whose answer was lost: the tail says how to go on. */
  private async resolveConflict(before: Tail): Promise<void> {
    this.tail = await this.readTail();
    if (this.tail.number !== before.number) {
      this.contradictions = 0;
      return;
    }
    this.contradictions += 1;
    if (this.contradictions >= MOST_CONTRADICTIONS) {
      throw new JournalUnavailableError(
        `EventStoreDB refuses event ${before.number + 1} of ${this.name} as not the next`,
        {
          where: this.server.servers,
        },
      );
    }
  }

  /** A server with a lower limit than usual: together less, each alone if need be. */
  private takesLess(error: unknown, count: number): boolean {
    if (!(error instanceof MaxAppendSizeExceededError) || count === 1) return false;
    this.bytesMax >>= 1;
    return true;
  }

  /** Events of the blocks at the queue's start that follow each other from `end` on, as many as one append takes. */
  private nextEvents(end: number): EventData[] {
    const events: EventData[] = [];
    let bytes = 0;
    let next = end;
    for (const asked of this.queue) {
      const { block } = asked;
      if (block.first !== next) break;
      const event = (asked.event ??= toEvent(block));
      bytes += eventBytes(event);
      if (events.length > 0 && bytes > this.bytesMax) break;
      events.push(event);
      next = block.first + block.count;
    }
    return events;
  }

  private async readTail(): Promise<Tail> {
    const { number, end } = (await this.blocks.tail()) ?? { number: -1, end: 0 };
    return { number, end };
  }
}
