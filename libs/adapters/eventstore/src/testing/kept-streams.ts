/** An event as a server keeps it. */
export interface KeptEvent {
  id: string;
  data: Uint8Array;
  customMetadata: Uint8Array;
  /** `type`, `content-type`. */
  metadata: ReadonlyMap<string, string>;
}

/** Where an append expects a stream's end: number of its last event, or one of the server's words. */
export type Expected = number | 'no-stream' | 'any' | 'stream-exists';

/** What became of an append: number of the last of its events, or of the stream's last (undefined: no stream). */
export type Appended = { written: number } | { wrong: true; current: number | undefined };

/**
 * What an EventStoreDB server keeps, and by which rules it appends: as seen on real ones (DESIGN §13). Events are
 * compared by id alone; what has the id of an event in its place is taken as written, whatever its data.
 */
export class KeptStreams {
  readonly streams = new Map<string, KeptEvent[]>();
  private readonly listeners = new Set<(stream: string) => void>();
  /** Ids a server remembers for appends that expect nothing; a restart forgets them. */
  private readonly recent = new Map<string, number>();

  append(stream: string, expected: Expected, events: readonly KeptEvent[]): Appended {
    const kept = this.streams.get(stream) ?? [];
    const current = kept.length === 0 ? undefined : kept.length - 1;
    if (expected === 'any' || expected === 'stream-exists') {
      if (expected === 'stream-exists' && current === undefined) return { wrong: true, current };
      const known = events.map(({ id }) => this.recent.get(`${stream} ${id}`));
      if (events.length > 0 && known.every((number) => number !== undefined)) return { written: known.at(-1)! };
      return this.write(stream, kept, events);
    }
    const last = expected === 'no-stream' ? -1 : expected;
    if (last === (current ?? -1)) return this.write(stream, kept, events);
    const allThere = events.length > 0 && events.every(({ id }, index) => kept[last + 1 + index]?.id === id);
    if (last < (current ?? -1) && allThere) return { written: last + events.length };
    return { wrong: true, current };
  }

  /** Calls after each append, until the way returned is called. */
  listen(listener: (stream: string) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** What memory alone knows is gone after a restart. */
  forget(): void {
    this.recent.clear();
  }

  private write(stream: string, kept: KeptEvent[], events: readonly KeptEvent[]): Appended {
    for (const event of events) {
      this.recent.set(`${stream} ${event.id}`, kept.length);
      kept.push(event);
    }
    if (kept.length > 0) this.streams.set(stream, kept);
    for (const listener of this.listeners) listener(stream);
    return { written: kept.length - 1 };
  }
}
