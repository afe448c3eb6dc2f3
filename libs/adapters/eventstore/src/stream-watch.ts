import { END, type EventStoreDBClient } from '@eventstore/db-client';
import { waitMs } from './connection.js';
import { CallTimedOut } from './failure.js';
import type { Server } from './server.js';
import type { StreamBlocks } from './stream-blocks.js';

/**
 * Wakes the followers of one stream. A live subscription says that something came; what came is read by pages, because a
 * server drops subscriptions that are slow. Dropped, it is begun again, with back-off; beside it the stream's end is
 * looked at from time to time, for a subscription that is silent without having been dropped.
 */
export class StreamWatch {
  private readonly followers = new Set<() => void>();
  private stopped = false;
  private drops = 0;
  private leave: (() => void) | undefined;
  private timer: NodeJS.Timeout | undefined;
  private readonly look: NodeJS.Timeout;
  private looking = false;
  /** Number of the last block known of, by whichever way. */
  private seen: number | undefined;

  constructor(
    private readonly server: Server,
    private readonly name: string,
    private readonly blocks: StreamBlocks,
    lookEveryMs: number,
  ) {
    this.look = setInterval(() => void this.lookAtEnd(), lookEveryMs).unref();
    this.subscribe();
  }

  get followed(): boolean {
    return this.followers.size > 0;
  }

  /** Returns the way to stop it. */
  add(wake: () => void): () => void {
    // Own identity for each call: the same function may follow twice.
    const own = (): void => wake();
    this.followers.add(own);
    return () => void this.followers.delete(own);
  }

  stop(): void {
    this.stopped = true;
    this.followers.clear();
    clearInterval(this.look);
    clearTimeout(this.timer);
    this.leave?.();
  }

  /** What a follower throws is not ours. */
  private wake(): void {
    for (const wake of this.followers) queueMicrotask(wake);
  }

  private subscribe(): void {
    const { connection, timeoutMs } = this.server;
    const client = connection.current();
    const subscription = client.subscribeToStream(this.name, { fromRevision: END, requiresLeader: true });
    let over = false;
    const end = (error: unknown): void => {
      if (over) return;
      over = true;
      clearTimeout(this.timer);
      subscription.unsubscribe().catch(() => undefined);
      if (!this.stopped) this.subscribeAgain(client, error);
    };
    this.leave = () => end(undefined);
    this.timer = setTimeout(() => end(new CallTimedOut(timeoutMs)), timeoutMs).unref();
    subscription
      .on('confirmation', () => {
        clearTimeout(this.timer);
        this.drops = 0;
        connection.answered(client);
        // What came before it was confirmed is not told.
        this.wake();
      })
      .on('data', ({ event }) => {
        if (event !== undefined) this.seen = Math.max(this.seen ?? -1, Number(event.revision));
        this.wake();
      })
      .on('error', end)
      .on('end', () => end(new Error('the subscription was ended')));
  }

  private subscribeAgain(client: EventStoreDBClient, error: unknown): void {
    this.server.connection.failed(client, error);
    this.timer = setTimeout(() => this.subscribe(), waitMs(this.drops)).unref();
    this.drops += 1;
  }

  private async lookAtEnd(): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    try {
      if (this.seen !== undefined && !(await this.blocks.has(this.seen + 1))) return;
      const last = (await this.blocks.tail())?.number ?? -1;
      const grown = this.seen === undefined ? last >= 0 : last > this.seen;
      this.seen = last;
      if (grown) this.wake();
    } catch {
      // Whoever reads next is told.
    } finally {
      this.looking = false;
    }
  }
}
