import { readHeader } from '../journal/block-header.js';
import { readBarrier } from '../partition/barrier-record.js';
import { readTail } from '../partition/tail.js';
import { unavailable } from '../partition/unavailable.js';
import type { Block, Journal } from '../ports/journal.js';
import { BackOff } from '../problems/back-off.js';
import type { Problems } from '../problems/problems.js';
import { verdictsOf } from '../reading/block-shelf.js';
import type { BlockCache } from './block-cache.js';

/** A place in the stream up to which the intake is known: blocks before `end` answer the offsets before `intake`. */
export interface Mark {
  end: number;
  intake: number;
}

interface Waiter {
  isOver: () => boolean;
  resolve: () => void;
  reject: (error: Error) => void;
}

const LF = 0x0a;
const BARRIER = Buffer.from('\n{"kind":"barrier"');
const PAGE_BLOCKS = 16;
const MARKS_MAX = 4_096;
/** Where nobody waits for anything, the tail is looked at this often at the most. */
const IDLE_LOOK_MS = 1_000;
/** Waking is a hint: it also looks by itself, sooner where somebody waits. */
const WANTED_LOOK_MS = 250;
const UNASKED_LOOK_MS = 5_000;
/** Those who only want to know of the end are told this often at the most. */
const LISTENED_LOOK_MS = 50;

/**
 * Knows how far a partition's stream has come, for all who ask in this process. Reads every block only while somebody
 * waits for an answer in it; else the last one, now and then.
 */
export class PartitionWatch {
  /** Revision of the stream's last record seen; -1 for none. */
  revision = -1;
  /** Epoch of the last barrier seen; 0 before the first. */
  epoch = 0;
  /** Offset after the last input seen to be answered. */
  intake = 0;
  private marks: Mark[] = [];
  private waiters: Waiter[] = [];
  private readonly listeners = new Set<() => void>();
  private readonly backOff = new BackOff();
  private readonly unfollow: () => void;
  private readonly stream: string;
  private readonly owner: string;
  private woken = true;
  private rouse: () => void = () => undefined;
  private lookedMs = 0;
  private stopped = false;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly journal: Journal,
    private readonly partition: number,
    private readonly problems: Problems,
    private readonly cache: BlockCache,
    /** How far it has come by the word of this process's own task; undefined: another process owns the partition. */
    private readonly owned: () => { revision: number; epoch: number } | undefined = () => undefined,
  ) {
    this.stream = verdictsOf(partition);
    this.owner = `gateway ${partition}`;
    this.unfollow = journal.follow(this.stream, () => this.wake());
  }

  /** Finds the stream's end, then follows it. @throws JournalUnavailableError, TuttiError `journal-corrupt` */
  async start(): Promise<void> {
    await this.refresh();
    this.running = this.run();
  }

  /** Looks where the stream ends now. @throws JournalUnavailableError */
  async refresh(): Promise<void> {
    const tail = await readTail(this.journal, this.partition);
    if (tail.next - 1 > this.revision) this.reached(tail.next, tail.epoch, tail.intake);
    this.looked();
  }

  /** Resolves once the input at an offset has been answered. False: it was not within the time. */
  answered(offset: number, timeOut: (over: () => void) => () => void): Promise<boolean> {
    return this.until(() => this.intake > offset, timeOut);
  }

  /** Resolves once the partition judges under the epoch or a later one. @throws TuttiError `unavailable` closed */
  async passed(epoch: number): Promise<void> {
    await this.until(() => this.epochNow >= epoch);
  }

  /** Revision of the stream's last record, as far as known; -1 for none. */
  get tail(): number {
    return Math.max(this.revision, this.owned()?.revision ?? -1);
  }

  /** Whether this process judges it. */
  get isOwned(): boolean {
    return this.owned() !== undefined;
  }

  /** Epoch that the partition judges under, as far as known; 0 before the first barrier. */
  get epochNow(): number {
    return Math.max(this.epoch, this.owned()?.epoch ?? 0);
  }

  /** Calls `wake` after the end has moved. Returns the way to stop it. */
  listen(wake: () => void): () => void {
    this.listeners.add(wake);
    this.rouse();
    return () => void this.listeners.delete(wake);
  }

  /** Between which revisions the block lies that answers an offset: `low` inclusive, `high` inclusive. */
  around(offset: number): { low: number; high: number } {
    let low = 0;
    let high = this.revision;
    for (const { end, intake } of this.marks) {
      if (intake > offset) {
        high = end - 1;
        break;
      }
      low = end;
    }
    return { low, high };
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.unfollow();
    this.backOff.stop();
    this.rouse();
    for (const { reject } of this.waiters.splice(0)) reject(unavailable('the gateway is closing'));
    await this.running;
  }

  private async until(isOver: () => boolean, timeOut?: (over: () => void) => () => void): Promise<boolean> {
    if (isOver()) return true;
    if (this.stopped) throw unavailable('the gateway is closing');
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    const waiter: Waiter = { isOver, resolve: () => resolve(true), reject };
    const cancel = timeOut?.(() => {
      this.waiters = this.waiters.filter((one) => one !== waiter);
      resolve(false);
    });
    this.waiters.push(waiter);
    this.wake();
    try {
      return await promise;
    } finally {
      cancel?.();
    }
  }

  // ── following ─────────────────────────────────────────────────────────────────────────────────────────────────────

  private wake(): void {
    this.woken = true;
    this.rouse();
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      await this.sleep();
      if (this.stopped) return;
      this.woken = false;
      try {
        if (this.waiters.length > 0) await this.readOn();
        else if (!this.isOwned) await this.refresh();
        else this.looked();
        this.problems.solved(this.owner);
        this.backOff.reset();
      } catch (error) {
        this.problems.say(this.owner, error);
        this.woken = true;
        await this.backOff.wait();
      }
    }
  }

  /** Until there is reason to look. */
  private async sleep(): Promise<void> {
    const begunMs = performance.now();
    while (!this.stopped) {
      const nowMs = performance.now();
      const isWaitedFor = this.waiters.length > 0;
      const isWanted = isWaitedFor || this.listeners.size > 0;
      if (this.woken && isWaitedFor) return;
      let dueMs = begunMs + (isWanted ? WANTED_LOOK_MS : UNASKED_LOOK_MS);
      if (this.woken) dueMs = Math.min(dueMs, this.lookedMs + (isWanted ? LISTENED_LOOK_MS : IDLE_LOOK_MS));
      if (nowMs >= dueMs) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, dueMs - nowMs);
        this.rouse = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.rouse = () => undefined;
    }
  }

  private async readOn(): Promise<void> {
    for (let pages = 0; !this.stopped && this.waiters.length > 0; pages++) {
      // Far behind: what lies between is found by looking for it.
      if (pages === 1) await this.refresh();
      const page = await this.journal.read(this.stream, this.revision + 1, PAGE_BLOCKS);
      for (const block of page) this.pass(block);
      this.looked();
      if (page.length === 0) return;
      if (page.length < PAGE_BLOCKS) pages = -1;
    }
  }

  private pass(block: Block): void {
    const bytes = this.cache.put(this.partition, block).bytes;
    // Meanwhile somebody may have looked further ahead.
    if (block.first <= this.revision) return;
    const header = readHeader(this.stream, block.first, bytes.subarray(0, bytes.indexOf(LF)));
    const at = bytes.lastIndexOf(BARRIER);
    const line = at === -1 ? undefined : bytes.subarray(at + 1, bytes.indexOf(LF, at + 1));
    const barrier = line && readBarrier(this.stream, { revision: block.first, line });
    this.reached(block.first + block.count, barrier?.epoch ?? 0, header.next);
  }

  private reached(end: number, epoch: number, intake: number | null): void {
    this.revision = end - 1;
    this.epoch = Math.max(this.epoch, epoch);
    this.intake = Math.max(this.intake, intake ?? 0);
    this.marks.push({ end, intake: this.intake });
    if (this.marks.length > MARKS_MAX) this.marks = this.marks.slice(-MARKS_MAX / 2);
  }

  /** Tells those who wait. */
  private looked(): void {
    this.lookedMs = performance.now();
    const waiters = this.waiters;
    this.waiters = [];
    for (const waiter of waiters) {
      if (waiter.isOver()) waiter.resolve();
      else this.waiters.push(waiter);
    }
    for (const listener of this.listeners) listener();
  }
}
