import { readBlock, type JournalRecord } from '../journal/block.js';
import type { BlockHeader } from '../journal/block-header.js';
import { readDuplicate, recordKind } from '../journal/record.js';
import type { Block, Journal } from '../ports/journal.js';
import { verdictAt, verdictsOf } from '../reading/block-shelf.js';
import type { JournaledVerdict } from '../reading/journaled-verdict.js';
import { glanceAtVerdict, offsetOfRoad } from '../reading/verdict-glance.js';

/** What an input got: the verdict at a revision, its own or that of the same decision before. */
export interface Answered {
  revision: number;
  duplicate: boolean;
}

/** Where a block is asked more often, all its answers are put in a table. */
const ASKED_MAX = 32;

/** A block that was read lately. */
export class CachedBlock {
  readonly first: number;
  /** Revision after its last record. */
  readonly end: number;
  private read: { header: BlockHeader; records: JournalRecord[] } | undefined;
  private byOffset: Map<number, Answered> | undefined;
  private asked = 0;

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
    if (this.byOffset === undefined && ++this.asked < ASKED_MAX) {
      const found = this.search(offset);
      if (found !== undefined) return found;
    }
    this.byOffset ??= this.answers();
    return this.byOffset.get(offset);
  }

  /** The verdict at a revision of it; undefined where there is another kind of record. */
  verdict(revision: number): JournaledVerdict | undefined {
    const record = this.records[revision - this.first];
    if (record === undefined || recordKind(verdictsOf(this.partition), record) !== 'verdict') return undefined;
    return verdictAt(this.partition, revision, record.line);
  }

  /** Inputs are answered in the order of their offsets; records that answer none may lie between. */
  private search(offset: number): Answered | undefined {
    let low = 0;
    let high = this.records.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      let at = middle;
      let found = this.answerIn(this.records[at]!);
      while (found === undefined && at < high) found = this.answerIn(this.records[++at]!);
      if (found === undefined) high = middle - 1;
      else if (found.offset === offset) return found;
      else if (found.offset < offset) low = at + 1;
      else high = middle - 1;
    }
    return undefined;
  }

  private answers(): Map<number, Answered> {
    const answers = new Map<number, Answered>();
    for (const record of this.records) {
      const found = this.answerIn(record);
      if (found !== undefined) answers.set(found.offset, found);
    }
    return answers;
  }

  private answerIn(record: JournalRecord): (Answered & { offset: number }) | undefined {
    const { revision, line } = record;
    const stream = verdictsOf(this.partition);
    const kind = recordKind(stream, record);
    if (kind === 'duplicate') {
      const { offset, of } = readDuplicate(stream, record);
      return { offset, revision: of, duplicate: true };
    }
    if (kind !== 'verdict') return undefined;
    const glance = glanceAtVerdict(line);
    const offset =
      glance === undefined ? offsetOfRoad(verdictAt(this.partition, revision, line).verdict.road) : glance.offset;
    return offset === undefined ? undefined : { offset, revision, duplicate: false };
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
