import type { RecordedEvent } from '@eventstore/db-client';
import { corrupt, type Block } from '@tutti/runtime/journal';
import { placeOf, toBlock, type BlockPlace } from './block-event.js';
import { KnownPlaces } from './known-places.js';
import type { Server } from './server.js';

/** Reads the blocks of one stream, found by record revision. Errors as the port's `read`. */
export class StreamBlocks {
  private readonly known = new KnownPlaces();

  /** @param name the stream's name on the server */
  constructor(
    private readonly server: Server,
    private readonly stream: string,
    private readonly name: string,
  ) {}

  /** Blocks in order from the one that holds revision `from`. */
  async page(from: number, maxBlocks: number): Promise<Block[]> {
    if (maxBlocks < 1) return [];
    const number = await this.numberOf(from);
    if (number === undefined) return [];
    const events = (await this.server.read(this.name, { from: number, maxCount: maxBlocks })) ?? [];
    const blocks: Block[] = [];
    for (const [index, event] of events.entries()) {
      const revision = blocks.at(-1)?.first ?? from;
      const block = toBlock(this.stream, number + index, revision, event);
      blocks.push(block);
    }
    const start = blocks[0];
    if (start !== undefined && (start.first > from || start.first + start.count <= from)) {
      throw corrupt(this.stream, from, `event ${number} should hold it and begins at ${start.first}`);
    }
    this.learn(number, start);
    this.learn(number + blocks.length - 1, blocks.at(-1));
    return blocks;
  }

  /** The last block. */
  async last(): Promise<Block | undefined> {
    const event = await this.lastEvent();
    if (event === undefined) return undefined;
    const block = toBlock(this.stream, Number(event.revision), 0, event);
    this.learn(Number(event.revision), block);
    return block;
  }

  /** Place of the last block, read from the server. */
  async tail(): Promise<BlockPlace | undefined> {
    const event = await this.lastEvent();
    if (event === undefined) return undefined;
    const place = placeOf(this.stream, Number(event.revision), 0, event);
    this.known.add(place);
    return place;
  }

  /** Whether there is a block with this number. */
  async has(number: number): Promise<boolean> {
    return ((await this.server.read(this.name, { from: number, maxCount: 1 })) ?? []).length > 0;
  }

  /** Id of the block that begins at a revision. */
  async idAt(first: number): Promise<string | undefined> {
    const number = await this.numberOf(first);
    const place = number === undefined ? undefined : await this.place(number, first);
    return place?.first === first ? place.id : undefined;
  }

  /** Keeps in mind where a block lies. */
  learn(number: number, block: Block | undefined): void {
    if (block === undefined) return;
    this.known.add({ number, first: block.first, end: block.first + block.count, id: block.id });
  }

  /**
   * Number of the event that holds a revision; that of the next event to come where the revision follows a block known;
   * undefined beyond the end. A reader that goes on where it ended asks the server nothing, others O(log n) events.
   */
  private async numberOf(revision: number): Promise<number | undefined> {
    if (revision === 0) return 0;
    let { below, above } = this.known.around(revision);
    if (below !== undefined && revision <= below.end) return revision < below.end ? below.number : below.number + 1;
    if (above === undefined) {
      const tail = await this.tail();
      if (tail === undefined || revision >= tail.end) return undefined;
      if (revision >= tail.first) return tail.number;
      above = tail;
    }
    let low = below?.number ?? -1;
    let high = above.number;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      const place = await this.place(middle, revision);
      if (place === undefined) throw corrupt(this.stream, revision, `event ${middle} is gone`);
      if (place.first > revision) high = middle;
      else if (place.end > revision) return middle;
      else low = middle;
    }
    throw corrupt(this.stream, revision, `no event before event ${high} holds it`);
  }

  private async place(number: number, revision: number): Promise<BlockPlace | undefined> {
    const [event] = (await this.server.read(this.name, { from: number, maxCount: 1 })) ?? [];
    if (event === undefined) return undefined;
    const place = placeOf(this.stream, number, revision, event);
    this.known.add(place);
    return place;
  }

  private async lastEvent(): Promise<RecordedEvent | undefined> {
    return (await this.server.read(this.name, { from: 'end', maxCount: 1 }))?.[0];
  }
}
