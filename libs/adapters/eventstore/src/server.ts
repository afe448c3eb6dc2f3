import {
  BACKWARDS,
  END,
  FORWARDS,
  NO_STREAM,
  StreamNotFoundError,
  WrongExpectedVersionError,
  type EventData,
  type EventStoreDBClient,
  type RecordedEvent,
} from '@eventstore/db-client';
import type { Connection } from './connection.js';
import { asJournalError, CallTimedOut } from './failure.js';

/** Events `from` a number on, or backwards from the end. */
export interface EventRange {
  /** Number of the first event. */
  from: number | 'end';
  maxCount: number;
}

/** The calls a journal makes, each bounded in time, with the journal's errors. Streams by the server's names. */
export class Server {
  /**
   * @param servers where, for messages
   * @param timeoutMs longest wait for an answer, or for the next event of one
   */
  constructor(
    readonly connection: Connection,
    readonly servers: string,
    readonly timeoutMs: number,
  ) {}

  /**
   * Appends after the event with number `last` (-1: the stream is new). False: the stream ends elsewhere.
   *
   * @throws the client's errors as they are, CallTimedOut: not known whether it was written
   */
  async append(name: string, events: EventData[], last: number): Promise<boolean> {
    try {
      const result = await this.connection.use((client) =>
        bounded(
          client.appendToStream(name, events, {
            expectedRevision: last < 0 ? NO_STREAM : BigInt(last),
            requiresLeader: true,
            deadline: this.timeoutMs,
          }),
          this.timeoutMs,
        ),
      );
      return result.success;
    } catch (error) {
      if (error instanceof WrongExpectedVersionError) return false;
      throw error;
    }
  }

  /**
   * Events in order, or undefined where the stream does not exist.
   *
   * @throws JournalUnavailableError, TuttiError `journal-corrupt`
   */
  async read(name: string, range: EventRange): Promise<RecordedEvent[] | undefined> {
    try {
      return await this.connection.use((client) => readEvents(client, name, range, this.timeoutMs));
    } catch (error) {
      if (error instanceof StreamNotFoundError) return undefined;
      throw asJournalError(this.servers, name, error);
    }
  }
}

/** The client's deadlines do not bound everything, so that time is kept here. */
function bounded<T>(call: Promise<T>, timeoutMs: number): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  // Later than the client's own: its error says more.
  const timer = setTimeout(() => reject(new CallTimedOut(timeoutMs)), timeoutMs + 100);
  call.then(resolve, reject);
  return promise.finally(() => clearTimeout(timer));
}

/** Reads to the end of the range. The call is over when this settles: a read that is left alone stays open. */
function readEvents(
  client: EventStoreDBClient,
  name: string,
  { from, maxCount }: EventRange,
  timeoutMs: number,
): Promise<RecordedEvent[]> {
  const { promise, resolve, reject } = Promise.withResolvers<RecordedEvent[]>();
  const events: RecordedEvent[] = [];
  const reading = client.readStream(name, {
    fromRevision: from === 'end' ? END : BigInt(from),
    direction: from === 'end' ? BACKWARDS : FORWARDS,
    maxCount,
    requiresLeader: true,
  });
  const timer = setTimeout(() => {
    reading.cancel().catch(() => undefined);
    reject(new CallTimedOut(timeoutMs));
  }, timeoutMs);
  reading
    .on('data', ({ event }) => {
      timer.refresh();
      if (event !== undefined) events.push(event);
    })
    .on('end', () => resolve(events))
    .on('error', reject);
  return promise.finally(() => clearTimeout(timer));
}
