import type { Sessions, Statement } from '../connection/sessions.js';

/**
 * Tells others which streams have grown. After the commit, not in it: a transaction that notifies holds a lock of the
 * whole server while it waits for the disk. One NOTIFY at a time; what grows meanwhile goes with the next.
 */
export class Notifier {
  private readonly waiting = new Set<string>();
  private underWay: Promise<void> | undefined;

  constructor(
    private readonly sessions: Sessions,
    private readonly statement: Statement,
    private readonly channel: string,
    /** Whose streams have grown: a listener of the same journal need not be told. */
    private readonly origin: string,
  ) {}

  grown(streams: Iterable<string>): void {
    for (const stream of streams) this.waiting.add(stream);
    this.underWay ??= this.send();
  }

  /** Resolves once all has been told, or could not be. */
  async drained(): Promise<void> {
    await this.underWay;
  }

  private async send(): Promise<void> {
    while (this.waiting.size > 0) {
      const streams = [...this.waiting];
      this.waiting.clear();
      // Followers look for themselves from time to time: a lost hint costs them a moment.
      await this.sessions.query(this.statement, [this.channel, this.origin, streams]).catch(() => undefined);
    }
    this.underWay = undefined;
  }
}
