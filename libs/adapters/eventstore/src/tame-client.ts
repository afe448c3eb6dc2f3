import { EventStoreDBClient } from '@eventstore/db-client';
import type { JournalUrl } from './journal-url.js';
import { urlInvalid } from './journal-url.js';

/**
 * A client of EventStoreDB without four of its habits, each of which can end the process. Seen in 6.2.1; look again when
 * it is updated.
 *
 * - An append goes through one stream shared by all appends of the process (`BatchAppend`), whose bookkeeping is global:
 *   when one stream breaks, what is under way on others is forgotten, and their answers then throw in an event handler;
 *   what waits for room in a broken stream rejects a promise nobody holds. Nor does a deadline bound it. Told that the
 *   server has no BatchAppend, the client makes one call an append: its errors are its own, and its deadline holds.
 * - It asks the server for its features, without a deadline, before each first append. The same answer spares that.
 * - It handles an error in a promise nobody holds, which is rejected when no node of a cluster can be found.
 * - It closes a connection that has failed while another append may be between taking it and using it; that append would
 *   throw into a promise nobody holds. Closing later, when nothing is in between, does no harm.
 *
 * @param generation clients of another generation have connections of their own: gRPC keeps connections, and how long it
 *   waits until it tries again (up to two minutes), by address and settings, so one setting differs by so many milliseconds
 * @throws TuttiError `config-invalid`
 */
export function makeClient(url: JournalUrl, generation: number): EventStoreDBClient {
  const { connectionString, keepAliveTimeoutMs } = url;
  const timeoutMs = keepAliveTimeoutMs < 0 ? keepAliveTimeoutMs : keepAliveTimeoutMs + (generation % 1000);
  const joint = connectionString.includes('?') ? '&' : '?';
  let client: EventStoreDBClient;
  try {
    client = EventStoreDBClient.connectionString(`${connectionString}${joint}keepAliveTimeout=${timeoutMs}`);
  } catch (error) {
    throw urlInvalid(reasonOf(error));
  }
  client['supports'] = () => Promise.resolve(false);
  const handleError = client['handleError'];
  client['handleError'] = async (failed, error) => {
    await nextTurn();
    await handleError(failed, error).catch(() => undefined);
  };
  return client;
}

/** Closes a client's connection once what is under way on it has ended. */
export function closeClient(client: EventStoreDBClient): void {
  client['getChannel']().then(
    async (channel) => {
      await nextTurn();
      channel.close();
    },
    () => undefined,
  );
}

/** The event loop's next turn: what was only waiting for promises has gone on by then. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** What the client says of a URL; what it quotes of it could hold a password. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error) || 'connectionString' in error) return 'it is no connection string of EventStoreDB';
  return error.message;
}
