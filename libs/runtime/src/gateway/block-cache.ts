import { readBlock, type JournalRecord } from '../journal/block.js';
import type { BlockHeader } from '../journal/block-header.js';
import { readDuplicate, recordKind } from '../journal/record.js';
import type { Block, Journal } from '../ports/journal.js';
import { verdictAt, verdictsOf } from '../reading/block-shelf.js';
import { glanceAtVerdict, offsetOfRoad } from '../reading/verdict-glance.js';

/** What an input got: the verdict at a revision, its own or that of the same decision before. */
export interface Answered {
  revision: number;
  duplicate: boolean;
}

/** A block that was read lately. */
export class CachedBlock {
  readonly first: number;
  /** Revision after its last record. */
  readonly end: number;
  private read: { header: BlockHeader; records: JournalRecord[] } | undefined;
  private byOffset: Map<number, Answered> | undefined;

  constructor(
    private readonly partition: number,
    readonly block: Block,
  ) {
    this.first = block.first;
    this.end = block.first + block.count;
  }

  /** @throws TuttiError `journal-corrupt` */
  get header(): BlockHeader {
    return this.checked().header;
  }

  get records(): readonly JournalRecord[] {
    return this.checked().records;
  }

  /** Its bytes, for a look at what stands nowhere in it. */
  get bytes(): Buffer {
    const { buffer, byteOffset, byteLength } = this.block.bytes;
    return Buffer.from(buffer, byteOffset, byteLength);
  }

  /** What the input at an offset of the intake topic got in this block. */
  answer(offset: number): Answered | undefined {
    this.byOffset ??= this.answers();
    return this.byOffset.get(offset);
  }

  private answers(): Map<number, Answered> {
    const stream = verdictsOf(this.partition);
    const answers = new Map<number, Answered>();
    for (const record of this.records) {
      const { revision, line } = record;
      const kind = recordKind(stream, record);
      if (kind === 'verdict') {
        const glance = glanceAtVerdict(line);
        const offset =
          glance === undefined ? offsetOfRoad(verdictAt(this.partition, revision, line).verdict.road) : glance.offset;
        if (offset !== undefined) answers.set(offset, { revision, duplicate: false });
      } else if (kind === 'duplicate') {
        const { offset, of } = readDuplicate(stream, record);
        answers.set(offset, { revision: of, duplicate: true });
      }
    }
    return answers;
  }

  private checked() {
    return (this.read ??= readBlock(verdictsOf(this.partition), this.block));
  }
}

/** Blocks read lately, of all partitions: the oldest go first. */
export class BlockCache {
  /** By partition, in order of their first revision. */
  private readonly shelves = new Map<number, CachedBlock[]>();
  private readonly order: { partition: number; cached: CachedBlock }[] = [];
  private bytes = 0;

  constructor(
    private readonly journal: Journal,
    private readonly bytesMax = 32 * 1024 * 1024,
    private readonly blocksMax = 4_096,
  ) {}

  put(partition: number, block: Block): CachedBlock {
    let shelf = this.shelves.get(partition);
    if (shelf === undefined) this.shelves.set(partition, (shelf = []));
    const place = placeOf(shelf, block.first);
    const there = shelf[place];
    if (there?.first === block.first) return there;
    const cached = new CachedBlock(partition, block);
    shelf.splice(place + 1, 0, cached);
    this.order.push({ partition, cached });
    this.bytes += block.bytes.byteLength;
    while (this.order.length > 1 && (this.bytes > this.bytesMax || this.order.length > this.blocksMax)) this.drop();
    return cached;
  }

  /** The block that holds a revision, if it is at hand. */
  peek(partition: number, revision: number): CachedBlock | undefined {
    const shelf = this.shelves.get(partition);
    const found = shelf?.[placeOf(shelf, revision)];
    return found !== undefined && revision < found.end ? found : undefined;
  }

  /** The block that holds a revision; undefined beyond the stream's end. @throws JournalUnavailableError */
  async holder(partition: number, revision: number): Promise<CachedBlock | undefined> {
    const there = this.peek(partition, revision);
    if (there !== undefined) return there;
    const [block] = await this.journal.read(verdictsOf(partition), revision, 1);
    return block === undefined ? undefined : this.put(partition, block);
  }

  /** Blocks in order, from the one that holds a revision to the stream's end. @throws JournalUnavailableError */
  async *from(partition: number, revision: number): AsyncGenerator<CachedBlock, void, undefined> {
    let next = revision;
    for (;;) {
      const there = this.peek(partition, next);
      if (there !== undefined) {
        yield there;
        next = there.end;
        continue;
      }
      const page = await this.journal.read(verdictsOf(partition), next, 16);
      if (page.length === 0) return;
      for (const block of page) {
        const cached = this.put(partition, block);
        yield cached;
        next = cached.end;
      }
    }
  }

  private drop(): void {
    const { partition, cached } = this.order.shift()!;
    const shelf = this.shelves.get(partition)!;
    const place = shelf.indexOf(cached);
    shelf.splice(place, 1);
    this.bytes -= cached.block.bytes.byteLength;
  }
}

/** Index of the last block that begins at or before a revision; -1 if there is none. */
function placeOf(shelf: readonly CachedBlock[], revision: number): number {
  let low = 0;
  let high = shelf.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (shelf[middle]!.first <= revision) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
