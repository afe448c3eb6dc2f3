import type { ServerResponse } from 'node:http';
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { TuttiError } from '@tutti/kernel';
import type { Backbone } from '@tutti/runtime';
import { BACKBONE } from '../tokens.js';
import { encodeCursor } from './cursor.js';
import type { VerdictFilter } from './filter.js';
import { MergedReader } from './merged-reader.js';

export const HEARTBEAT_MS = 15_000;
/** Waking is a hint: a stream also looks by itself. */
const LOOK_AGAIN_MS = 1_000;
const STREAMS_MAX = 1000;
/** Verdicts looked at before others get their turn. */
const TURN = 256;

/** Asked at every heartbeat; throws or says no where the reader's token is no longer good. */
export type MayGoOn = () => unknown;

/** Server-sent events of verdicts. Each reader holds a bounded number of verdicts, however slowly it reads. */
@Injectable()
export class VerdictStreams implements OnModuleDestroy {
  readonly #open = new Set<() => void>();
  #ending = false;

  constructor(@Inject(BACKBONE) private readonly backbone: Backbone) {}

  get count(): number {
    return this.#open.size;
  }

  /** Ends every stream: the server shuts down, readers come back with their cursor. */
  onModuleDestroy(): void {
    this.#ending = true;
    for (const stop of this.#open) stop();
  }

  /** @throws TuttiError `overloaded` where too many are open, `unavailable` where the server shuts down */
  admit(): void {
    if (this.#ending) throw new TuttiError('unavailable', 'the backbone is closing', { retryable: true });
    if (this.#open.size < STREAMS_MAX) return;
    throw new TuttiError('overloaded', `${STREAMS_MAX} streams are open`, {
      retryable: true,
      facts: { retryAfterMs: 5000 },
    });
  }

  /** Writes verdicts to a response from a place on, for as long as it is open. */
  async run(
    response: ServerResponse,
    from: readonly number[],
    filter: VerdictFilter,
    mayGoOn?: MayGoOn,
  ): Promise<void> {
    const stream = new VerdictStream(this.backbone, response, from, filter, mayGoOn);
    // Whoever asks for the head alone gets it, and no stream.
    if (response.req.method === 'HEAD') return void response.end();
    const stop = (): void => stream.stop();
    this.#open.add(stop);
    response.once('close', stop);
    try {
      await stream.run();
    } finally {
      this.#open.delete(stop);
      response.end();
    }
  }
}

class VerdictStream {
  readonly #backbone: Backbone;
  readonly #response: ServerResponse;
  readonly #reader: MergedReader;
  readonly #filter: VerdictFilter;
  #stopped = false;
  #woken = false;
  #wake: () => void = () => {};

  constructor(
    backbone: Backbone,
    response: ServerResponse,
    from: readonly number[],
    filter: VerdictFilter,
    private readonly mayGoOn: MayGoOn = () => {},
  ) {
    this.#backbone = backbone;
    this.#response = response;
    this.#reader = new MergedReader(backbone, from, filter.partition);
    this.#filter = filter;
  }

  stop(): void {
    this.#stopped = true;
    this.#rouse();
  }

  async run(): Promise<void> {
    const unfollow = this.#backbone.follow(() => this.#rouse());
    const heartbeat = setInterval(() => void this.#beat(), HEARTBEAT_MS);
    this.#response.on('drain', () => this.#rouse());
    try {
      this.#response.write(`retry: 1000\nid: ${this.#cursor()}\n\n`);
      while (!this.#stopped) await this.#turn();
    } finally {
      clearInterval(heartbeat);
      unfollow();
    }
  }

  /** Writes what there is, as long as the socket takes it. */
  async #turn(): Promise<void> {
    this.#woken = false;
    for (let looked = 0; looked < TURN; looked++) {
      if (this.#stopped) return;
      // The socket's buffer is full: nothing more is read from the journal until the reader has caught up.
      if (this.#response.writableNeedDrain) return this.#sleep();
      const verdict = await this.#reader.next();
      if (verdict === undefined) return this.#sleep();
      if (this.#filter.passes(verdict)) {
        this.#response.write(`id: ${this.#cursor()}\nevent: verdict\ndata: ${JSON.stringify(verdict)}\n\n`);
      }
    }
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** Also moves the reader's cursor over what its filter has left out. */
  async #beat(): Promise<void> {
    try {
      await this.mayGoOn();
    } catch {
      this.stop();
      return;
    }
    if (!this.#response.writableNeedDrain) this.#response.write(`: heartbeat\nid: ${this.#cursor()}\n\n`);
  }

  #cursor(): string {
    return encodeCursor(this.#backbone.space, this.#reader.positions());
  }

  #rouse(): void {
    this.#woken = true;
    this.#wake();
  }

  async #sleep(): Promise<void> {
    if (!this.#woken && !this.#stopped) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, LOOK_AGAIN_MS);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    // The journal wakes its followers before the appender itself has gone on: let it.
    await new Promise((resolve) => setImmediate(resolve));
  }
}
