import { createHash } from 'node:crypto';
import { jsonEvent } from '@eventstore/db-client';
import { corrupt } from '@tutti/runtime/journal';
import { asJournalError } from './failure.js';
import type { Server } from './server.js';

/** Name of the stream of names, after the prefix. No journal stream may have it. */
export const NAMES_STREAM = '@streams';

const NAME_EVENT = 'tutti-stream';
const PAGE_EVENTS = 256;

/**
 * Names of the journal's streams, kept in a stream of their own: a server lists streams only by projections, which may be
 * off, or by reading everything it holds, which needs more rights than ours. A name is written before its stream's first
 * block, so the list can name a stream that has none yet, and never lacks one that has.
 */
export class StreamNames {
  private readonly names = new Set<string>();
  /** Events of the stream of names read so far. */
  private next = 0;
  private turn: Promise<unknown> = Promise.resolve();

  /** @param name of the stream of names on the server */
  constructor(
    private readonly server: Server,
    private readonly name: string,
  ) {}

  /** Writes a name down unless it is. @throws JournalUnavailableError, TuttiError `journal-corrupt` */
  add(stream: string): Promise<void> {
    return this.inTurn(async () => {
      while (!this.names.has(stream)) {
        await this.catchUp();
        if (this.names.has(stream)) return;
        const event = jsonEvent({ id: nameId(this.name, stream), type: NAME_EVENT, data: { stream } });
        // False: another process has written a name, this one perhaps.
        if (!(await this.append(event))) continue;
        this.names.add(stream);
        this.next += 1;
      }
    });
  }

  /** All names written down. @throws JournalUnavailableError, TuttiError `journal-corrupt` */
  all(): Promise<string[]> {
    return this.inTurn(async () => {
      await this.catchUp();
      return [...this.names];
    });
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.turn.then(work);
    this.turn = result.catch(() => undefined);
    return result;
  }

  private async append(event: ReturnType<typeof jsonEvent>): Promise<boolean> {
    try {
      return await this.server.append(this.name, [event], this.next - 1);
    } catch (error) {
      throw asJournalError(this.server.servers, this.name, error);
    }
  }

  private async catchUp(): Promise<void> {
    for (;;) {
      const events = (await this.server.read(this.name, { from: this.next, maxCount: PAGE_EVENTS })) ?? [];
      for (const { type, revision, data } of events) {
        const stream = (data as { stream?: unknown } | null)?.stream;
        if (type !== NAME_EVENT || revision !== BigInt(this.next) || typeof stream !== 'string') {
          throw corrupt(NAMES_STREAM, this.next, `event ${revision} is no stream's name`);
        }
        this.names.add(stream);
        this.next += 1;
      }
      if (events.length < PAGE_EVENTS) return;
    }
  }
}

/** Id of the event of a name: the same each time, so that it is written once. */
function nameId(registry: string, stream: string): string {
  const digest = createHash('sha256').update(`${registry}\n${stream}`).digest();
  digest[6] = (digest[6]! & 0x0f) | 0x80;
  digest[8] = (digest[8]! & 0x3f) | 0x80;
  return digest.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
