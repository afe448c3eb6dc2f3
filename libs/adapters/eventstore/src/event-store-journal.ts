import { JournalUnavailableError, type Block, type Journal } from '@tutti/runtime/journal';
import { shareConnection } from './connection.js';
import { assertPrefix, parseJournalUrl } from './journal-url.js';
import { Server } from './server.js';
import { StreamBlocks } from './stream-blocks.js';
import { NAMES_STREAM, StreamNames } from './stream-names.js';
import { StreamWatch } from './stream-watch.js';
import { StreamWriter } from './stream-writer.js';

/** How a journal on EventStoreDB behaves. */
export interface EventStoreJournalOptions {
  /** What the names of its streams begin with; default: the URL's `tuttiPrefix`, else `tutti.`. */
  prefix?: string;
  /** Longest wait for an answer, or for the next event of one, milliseconds. Default 10,000. */
  timeoutMs?: number;
  /** How often a followed stream is looked at beside its subscription, milliseconds. Default 5,000. */
  lookEveryMs?: number;
}

interface OpenStream {
  blocks: StreamBlocks;
  writer: StreamWriter;
  watch: StreamWatch | undefined;
}

/**
 * The journal on EventStoreDB: a block is an event of type `tutti-block`, its id the block's, its data the block's lines,
 * zstd-compressed above 16 KiB, its metadata `{first, count, term, codec}`. Journals of one process with the same URL
 * share one connection. `infra/eventstore/README.md` says what the server must be.
 */
export class EventStoreJournal implements Journal {
  private readonly open = new Map<string, OpenStream>();
  private readonly under = new Set<Promise<unknown>>();
  private readonly names: StreamNames;
  private closing: Promise<void> | undefined;

  private constructor(
    private readonly server: Server,
    private readonly prefix: string,
    private readonly lookEveryMs: number,
    private readonly release: () => void,
  ) {
    this.names = new StreamNames(server, `${prefix}${NAMES_STREAM}`);
  }

  /**
   * Does not wait for the server: a journal that is away says so at the first call.
   *
   * @param url `esdb://[user:password@]host:port[,…][?tls=false&tuttiPrefix=NAME.]`, or `esdb+discover://…`
   * @throws TuttiError `config-invalid`
   */
  static async open(url: string, options: EventStoreJournalOptions = {}): Promise<EventStoreJournal> {
    const parsed = parseJournalUrl(url);
    const { prefix = parsed.prefix, timeoutMs = 10_000, lookEveryMs = 5_000 } = options;
    assertPrefix(prefix);
    const { connection, release } = shareConnection(parsed);
    return new EventStoreJournal(new Server(connection, parsed.servers, timeoutMs), prefix, lookEveryMs, release);
  }

  append(stream: string, block: Block): Promise<void> {
    return this.begin(async () => this.of(stream).writer.append(block));
  }

  read(stream: string, from: number, maxBlocks = 64): Promise<Block[]> {
    return this.begin(async () => this.of(stream).blocks.page(from, maxBlocks));
  }

  last(stream: string): Promise<Block | undefined> {
    return this.begin(async () => this.of(stream).blocks.last());
  }

  streams(): Promise<string[]> {
    return this.begin(async () => {
      const names = await this.names.all();
      const there = await Promise.all(names.map((stream) => this.of(stream).blocks.has(0)));
      return names
        .filter((_, index) => there[index])
        .toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    });
  }

  follow(stream: string, wake: () => void): () => void {
    if (this.closing !== undefined) return () => undefined;
    const open = this.of(stream);
    const watch = (open.watch ??= new StreamWatch(this.server, this.nameOf(stream), open.blocks, this.lookEveryMs));
    const remove = watch.add(wake);
    return () => {
      remove();
      if (watch.followed || open.watch !== watch) return;
      open.watch = undefined;
      watch.stop();
    };
  }

  close(): Promise<void> {
    return (this.closing ??= this.finish());
  }

  private async finish(): Promise<void> {
    for (const { watch } of this.open.values()) watch?.stop();
    await Promise.allSettled(this.under);
    this.release();
  }

  /** What is begun is ended before the journal closes. */
  private begin<T>(call: () => Promise<T>): Promise<T> {
    if (this.closing !== undefined) {
      return Promise.reject(new JournalUnavailableError('the journal is closed', { where: this.server.servers }));
    }
    const result = call();
    const ended: Promise<unknown> = result.then(
      () => this.under.delete(ended),
      () => this.under.delete(ended),
    );
    this.under.add(ended);
    return result;
  }

  private of(stream: string): OpenStream {
    const known = this.open.get(stream);
    if (known !== undefined) return known;
    const name = this.nameOf(stream);
    const blocks = new StreamBlocks(this.server, stream, name);
    const writer = new StreamWriter(this.server, stream, name, blocks, this.names);
    const open = { blocks, writer, watch: undefined };
    this.open.set(stream, open);
    return open;
  }

  private nameOf(stream: string): string {
    if (stream === NAMES_STREAM) throw new RangeError(`a journal stream cannot be called ${NAMES_STREAM}`);
    return `${this.prefix}${stream}`;
  }
}
