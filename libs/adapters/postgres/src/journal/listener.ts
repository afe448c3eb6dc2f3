import { Client, type ClientConfig } from 'pg';
import type { Statement } from '../connection/sessions.js';
import type { Followers } from './followers.js';

/** How often streams are looked at, in case a notification was lost. */
const LOOK_EVERY_MS = 2_000;
const BACK_OFF_MS = [50, 100, 200, 500, 1_000, 2_000];

/**
 * Wakes followers when others append. LISTEN is only the quick way: an appender may end between its commit and its NOTIFY,
 * so the streams' ends are looked at too, slowly. Its connection is made for the first follower, and made again, after
 * growing pauses, when it breaks.
 */
export class Listener {
  private client: Client | undefined;
  private timer: NodeJS.Timeout | undefined;
  private readonly ends = new Map<string, number>();
  private failures = 0;
  private running = false;

  constructor(
    private readonly config: ClientConfig,
    private readonly channel: string,
    /** What our own notifications begin with: their followers have been woken already. */
    private readonly origin: string,
    private readonly endsOf: Statement,
    private readonly followers: Followers,
  ) {}

  /** Begins if it has not. */
  start(): void {
    if (this.running) return;
    this.running = true;
    void this.connect();
  }

  async stop(): Promise<void> {
    this.running = false;
    clearTimeout(this.timer);
    const { client } = this;
    this.client = undefined;
    await client?.end().catch(() => undefined);
  }

  private async connect(): Promise<void> {
    const client = new Client(this.config);
    this.client = client;
    client.on('error', () => this.broken(client));
    client.on('end', () => this.broken(client));
    client.on('notification', ({ payload = '' }) => {
      const space = payload.indexOf(' ');
      if (payload.slice(0, space) !== this.origin) this.followers.wake([payload.slice(space + 1)]);
    });
    try {
      await client.connect();
      await client.query(`LISTEN "${this.channel}"`);
      this.failures = 0;
      // What came while nobody listened.
      this.followers.wake(this.followers.streams);
      await this.look(client);
    } catch {
      this.broken(client);
    }
  }

  /** Looks at the streams' ends, then again later. Fails where the connection is dead without having said so. */
  private async look(client: Client): Promise<void> {
    const { rows } = await client.query<{ name: string; end: number }>({
      ...this.endsOf,
      values: [this.followers.streams],
    });
    const grown = rows.filter(({ name, end }) => end > (this.ends.get(name) ?? 0));
    for (const { name, end } of grown) this.ends.set(name, end);
    this.followers.wake(grown.map(({ name }) => name));
    this.later(LOOK_EVERY_MS, () => {
      if (this.client === client) this.look(client).catch(() => this.broken(client));
    });
  }

  private broken(client: Client): void {
    if (this.client !== client) return;
    this.client = undefined;
    client.end().catch(() => undefined);
    const pauseMs = BACK_OFF_MS[Math.min(this.failures, BACK_OFF_MS.length - 1)]!;
    this.failures += 1;
    this.later(pauseMs, () => void this.connect());
  }

  private later(delayMs: number, work: () => void): void {
    clearTimeout(this.timer);
    if (this.running) this.timer = setTimeout(work, delayMs).unref();
  }
}
