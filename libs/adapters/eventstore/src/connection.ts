import type { EventStoreDBClient } from '@eventstore/db-client';
import { isConnectionFailure } from './failure.js';
import type { JournalUrl } from './journal-url.js';
import { closeClient, makeClient } from './tame-client.js';

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 5_000;

/**
 * The process's connection to one journal URL. After a failure it is made anew, with back-off from 0.1 to 5 seconds;
 * until then calls go to the old one, which fails them at once.
 */
export class Connection {
  private client: EventStoreDBClient;
  private generation = 0;
  private failures = 0;
  /** When the client is replaced, on the monotonic clock; undefined while it works. */
  private renewAtMs: number | undefined;

  /** @throws TuttiError `config-invalid` */
  constructor(private readonly url: JournalUrl) {
    this.client = makeClient(url, this.generation);
  }

  /** The client to use for one call. Say afterwards what became of it. */
  current(): EventStoreDBClient {
    if (this.renewAtMs !== undefined && performance.now() >= this.renewAtMs) this.renew();
    return this.client;
  }

  /** The client has been answered. */
  answered(client: EventStoreDBClient): void {
    if (client !== this.client) return;
    this.failures = 0;
    this.renewAtMs = undefined;
  }

  /** A call by the client has failed. */
  failed(client: EventStoreDBClient, error: unknown): void {
    if (client !== this.client || this.renewAtMs !== undefined || !isConnectionFailure(error)) return;
    this.renewAtMs = performance.now() + waitMs(this.failures);
    this.failures += 1;
  }

  /** One call. */
  async use<T>(call: (client: EventStoreDBClient) => Promise<T>): Promise<T> {
    const client = this.current();
    try {
      const result = await call(client);
      this.answered(client);
      return result;
    } catch (error) {
      this.failed(client, error);
      throw error;
    }
  }

  close(): void {
    closeClient(this.client);
  }

  private renew(): void {
    this.renewAtMs = undefined;
    this.generation += 1;
    let next: EventStoreDBClient;
    try {
      next = makeClient(this.url, this.generation);
    } catch {
      // A certificate file was taken away since; the old client has what was in it.
      return;
    }
    closeClient(this.client);
    this.client = next;
  }
}

/** How long to wait after so many failures in a row, milliseconds. */
export function waitMs(failures: number): number {
  return Math.min(FIRST_WAIT_MS * 2 ** Math.min(failures, 10), LONGEST_WAIT_MS);
}

const shared = new Map<string, { connection: Connection; users: number }>();

/**
 * The connection all journals of the process with this URL share; made for the first, closed by the last.
 *
 * @throws TuttiError `config-invalid`
 */
export function shareConnection(url: JournalUrl): { connection: Connection; release: () => void } {
  const key = `${url.connectionString} ${url.keepAliveTimeoutMs}`;
  const entry = shared.get(key) ?? { connection: new Connection(url), users: 0 };
  shared.set(key, entry);
  entry.users += 1;
  return {
    connection: entry.connection,
    release: () => {
      entry.users -= 1;
      if (entry.users > 0) return;
      shared.delete(key);
      entry.connection.close();
    },
  };
}
