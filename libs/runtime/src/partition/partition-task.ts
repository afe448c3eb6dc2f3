import type { Regime } from '@tutti/contracts';
import { TuttiError } from '@tutti/kernel';
import type { Clock } from '../clock/clock.js';
import type { RecordedTime } from '../clock/recorded-time.js';
import type { ControlStream } from '../control/control-stream.js';
import { MAX_BLOCK_BYTES, MAX_BLOCK_RECORDS } from '../journal/limits.js';
import type { Journal } from '../ports/journal.js';
import type { SubjectStore } from '../ports/store.js';
import { BackOff } from '../problems/back-off.js';
import type { Problems } from '../problems/problems.js';
import type { BlockShelf } from '../reading/block-shelf.js';
import type { JournaledVerdict } from '../reading/journaled-verdict.js';
import { patiently, type Patience } from './append-block.js';
import { barrierLine } from './barrier-record.js';
import { fireDeadlines, type Firing } from './fire-deadlines.js';
import { InputQueue } from './input-queue.js';
import { judgePending } from './judge-pending.js';
import { OpenBlock } from './open-block.js';
import type { Pending } from './pending.js';
import { recover } from './recover.js';
import { SubjectCache } from './subject-cache.js';
import { overloaded, unavailable } from './unavailable.js';
import { VerdictStream } from './verdict-stream.js';
import { Visitors } from './visitors.js';
import { WriteBehind, type WriteBehindPace } from './write-behind.js';

/** How much a task takes on, and how long it puts off storing. */
export interface TaskSettings extends WriteBehindPace {
  /** Inputs that may wait; more are `overloaded`. */
  queueMax: number;
  /** Characters of the inputs that may wait. */
  queueCharsMax: number;
  /** Subjects kept in memory, about. */
  subjectsMax: number;
}

/** What a task works with. */
export interface TaskSurroundings {
  journal: Journal;
  store: SubjectStore;
  control: ControlStream;
  clock: Clock;
  time: RecordedTime;
  problems: Problems;
  /** Told of records made. */
  decided(count: number): void;
}

/** A barrier still to be appended: when what was recorded before it has been judged. */
interface DueBarrier {
  regime: Regime;
  /** Inputs that had come when it was seen. */
  watermark: number;
}

/** Inputs are judged in runs of at most this many: a block's records without its header. */
const RUN_MAX = MAX_BLOCK_RECORDS - 1;

/**
 * The one writer of a partition (DESIGN §3): takes inputs in batches, judges them, appends their verdicts as one
 * block, and answers when that is durable. Everything it does happens in one loop, one step after the other.
 */
export class PartitionTask {
  private readonly queue = new InputQueue();
  private readonly subjects: SubjectCache;
  private readonly stream: VerdictStream;
  private readonly behind: WriteBehind;
  private readonly visitors = new Visitors();
  private readonly backOff = new BackOff();
  /** Where the block that is open is written. */
  private readonly slab = Buffer.allocUnsafeSlow(MAX_BLOCK_BYTES);
  private readonly patience: Patience;
  private readonly firing: Firing;
  private inForceWaiters: { epoch: number; resolve: () => void; reject: (error: Error) => void }[] = [];
  private barriers: DueBarrier[] = [];
  private current: Regime | undefined;
  private lastAtMs = 0;
  /** True where memory no longer agrees with the journal. */
  private stale = false;
  private closing = false;
  private ended: TuttiError | undefined;
  private wakeUp: (() => void) | undefined;
  private loop: Promise<void> = Promise.resolve();

  constructor(
    readonly partition: number,
    private readonly around: TaskSurroundings,
    private readonly settings: TaskSettings,
  ) {
    const { journal, store, clock, problems } = around;
    this.patience = {
      backOff: this.backOff,
      problems,
      owner: `partition ${partition}`,
      stopping: () => this.closing,
      failed: (error) => this.visitors.turnAway(error),
      recovered: () => this.visitors.reopen(),
    };
    this.subjects = new SubjectCache(store, partition, settings.subjectsMax);
    this.stream = new VerdictStream(journal, partition, this.patience);
    const wake = (): void => this.wake();
    this.behind = new WriteBehind(store, partition, this.subjects, settings, clock, this.patience, wake);
    const { subjects, patience } = this;
    this.firing = {
      partition,
      store,
      subjects,
      patience,
      openBlock: () => this.openBlock(),
      append: (block) => this.append(block),
      flush: () => this.flush(),
    };
  }

  /**
   * Claims the partition, recovers it, and begins to work.
   *
   * @throws JournalUnavailableError, StoreUnavailableError, TuttiError `journal-corrupt`, `journal-version`
   */
  async start(): Promise<void> {
    await this.stream.claim(this.around.time.now());
    await this.rebuild();
    this.loop = this.run();
  }

  /**
   * Takes an input over; its sink is told later.
   *
   * @throws TuttiError `overloaded`, `unavailable`
   */
  offer(pending: Pending): void {
    if (this.ended !== undefined) throw unavailable(this.ended.message, this.ended);
    if (this.closing) throw unavailable('the backbone is closing');
    if (this.queue.length >= this.settings.queueMax || this.queue.size >= this.settings.queueCharsMax) {
      throw overloaded(this.queue.length);
    }
    this.queue.push(pending);
    this.wake();
  }

  /** Tells of an epoch that was opened. */
  opened(regime: Regime): void {
    const known = this.barriers.at(-1)?.regime.epoch ?? this.current?.epoch ?? 0;
    if (regime.epoch !== known + 1) return;
    this.barriers.push({ regime, watermark: this.queue.added });
    this.wake();
  }

  /** The regime in force; undefined before the first barrier. */
  get regime(): Regime | undefined {
    return this.current;
  }

  /** Resolves when the partition judges under the epoch or a later one. @throws TuttiError `unavailable` */
  inForce(epoch: number): Promise<void> {
    if ((this.current?.epoch ?? 0) >= epoch) return Promise.resolve();
    if (this.ended !== undefined) return Promise.reject(unavailable(this.ended.message, this.ended));
    return new Promise((resolve, reject) => this.inForceWaiters.push({ epoch, resolve, reject }));
  }

  /**
   * Runs something between two batches, when every subject in memory is as the journal has it.
   *
   * @throws TuttiError `unavailable` the journal or the store is away, or the task has ended
   */
  visit<T>(work: (subjects: SubjectCache, shelf: BlockShelf) => T | Promise<T>): Promise<T> {
    const result = this.visitors.visit(() => work(this.subjects, this.stream.shelf));
    this.wake();
    return result;
  }

  status() {
    return {
      partition: this.partition,
      term: this.stream.term,
      revision: this.tail,
      epoch: this.current?.epoch ?? 0,
      queued: this.queue.length,
      checkpointRevision: this.behind.revision,
      subjectsInMemory: this.subjects.size,
    };
  }

  /** Revision of the stream's last durable record; -1 for none. */
  get tail(): number {
    return this.stream.next - 1;
  }

  /** Takes nothing more, answers what it has, stores what changed, ends. */
  async close(): Promise<void> {
    this.closing = true;
    this.backOff.stop();
    this.wake();
    await this.loop;
  }

  // ── the loop ──────────────────────────────────────────────────────────────────────────────────────────────────────

  private wake(): void {
    const wakeUp = this.wakeUp;
    this.wakeUp = undefined;
    wakeUp?.();
  }

  private async run(): Promise<void> {
    try {
      for (;;) {
        if (this.hasWork()) {
          await this.step();
        } else if (this.closing) {
          break;
        } else {
          await new Promise<void>((resolve) => (this.wakeUp = resolve));
          // One turn of the event loop: whatever else comes with it joins the batch.
          await new Promise((resolve) => setImmediate(resolve));
        }
      }
      await this.flush();
      this.end(unavailable('the backbone is closed'));
    } catch (error) {
      const said = error instanceof TuttiError ? error : internal(this.partition, error);
      if (!this.closing) this.around.problems.say(this.patience.owner, said);
      this.end(said);
    }
  }

  private hasWork(): boolean {
    if (this.stale || this.visitors.any || this.barriers.length > 0 || this.behind.due) return true;
    return this.queue.length > 0 && this.current !== undefined;
  }

  private async step(): Promise<void> {
    if (this.stale) {
      await patiently(this.patience, () => this.rebuild());
      return;
    }
    await this.visitors.welcome();
    const barrier = this.barriers[0];
    if (this.current !== undefined) {
      const until = barrier && { atMs: barrier.regime.atMs, watermark: barrier.watermark };
      const batch = this.queue.take(RUN_MAX, until);
      if (batch.length > 0) await this.judgeBatch(batch, this.current);
      else if (barrier !== undefined) await this.passBarrier(barrier);
    } else if (barrier !== undefined) {
      await this.passBarrier(barrier);
    }
    if (!this.stale && this.behind.must) await this.flush();
  }

  private end(why: TuttiError): void {
    this.ended = why;
    this.behind.stop();
    const error = unavailable(why.message, why);
    for (const { sink, index } of this.queue.take(Infinity)) sink.fail(index, error);
    for (const { reject } of this.inForceWaiters.splice(0)) reject(error);
    this.visitors.turnAway(why);
  }

  // ── batches ───────────────────────────────────────────────────────────────────────────────────────────────────────

  private async judgeBatch(batch: readonly Pending[], regime: Regime): Promise<void> {
    const answers: { verdict: JournaledVerdict; duplicate: boolean }[] = [];
    try {
      const ids = batch.map(({ subject }) => subject);
      const subjects = await patiently(this.patience, () => this.subjects.load(ids));
      const block = this.openBlock();
      const find = (revision: number) =>
        block.verdict(revision) ?? patiently(this.patience, () => this.stream.shelf.verdict(revision));
      for (let i = 0; i < batch.length; i++) {
        const { input } = batch[i]!;
        if (input.atMs < this.lastAtMs) input.atMs = this.lastAtMs;
        const judged = judgePending(input, subjects[i], regime, block, find);
        const outcome = judged instanceof Promise ? await judged : judged;
        if (outcome === undefined) break;
        this.lastAtMs = input.atMs;
        answers.push(outcome);
      }
      if (!(await this.append(block))) {
        this.queue.putBack(batch);
        return;
      }
    } catch (error) {
      this.queue.putBack(batch);
      throw error;
    }
    for (let i = 0; i < answers.length; i++) {
      const { sink, index } = batch[i]!;
      const { verdict, duplicate } = answers[i]!;
      sink.answer(index, verdict, duplicate);
    }
    if (answers.length < batch.length) this.queue.putBack(batch.slice(answers.length));
  }

  private openBlock(): OpenBlock {
    return new OpenBlock(this.partition, this.stream.next, this.subjects, this.slab);
  }

  /** Makes a block durable. False: it was not, and memory is stale. */
  private async append(block: OpenBlock): Promise<boolean> {
    const { lines } = block;
    if (lines === 0) return true;
    if (!(await this.stream.append(block, this.lastAtMs))) {
      this.stale = true;
      return false;
    }
    this.behind.made(lines);
    this.around.decided(lines);
    return true;
  }

  // ── barriers and deadlines ────────────────────────────────────────────────────────────────────────────────────────

  private async passBarrier({ regime }: DueBarrier): Promise<void> {
    const { epoch, controlRevision } = regime;
    this.lastAtMs = Math.max(regime.atMs, this.lastAtMs);
    const block = this.openBlock();
    block.addRecord(barrierLine({ epoch, controlRevision, atMs: this.lastAtMs }));
    if (!(await this.append(block))) return;
    this.barriers.shift();
    this.current = regime;
    await fireDeadlines(this.firing, regime, this.lastAtMs);
    if (this.stale) return;
    const waiters = this.inForceWaiters;
    this.inForceWaiters = waiters.filter((waiter) => waiter.epoch > epoch);
    for (const waiter of waiters) if (waiter.epoch <= epoch) waiter.resolve();
  }

  // ── memory ────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Brings the store to where the journal is. False: it was not as we left it; memory is stale. */
  private async flush(): Promise<boolean> {
    if (await this.behind.flush(this.tail, this.stream.term)) return true;
    this.stale = true;
    return false;
  }

  /** Takes everything from the journal again: tail, regime, subjects; then finishes the last barrier's deadlines. */
  private async rebuild(): Promise<void> {
    const { journal, store, control } = this.around;
    const { partition, subjects, behind } = this;
    const { epoch, atMs, next } = await this.stream.locate();
    await control.catchUp();
    const regime = control.regime(epoch);
    if (epoch > 0 && regime === undefined) throw unknownEpoch(this.stream.name, epoch);
    this.current = regime;
    this.lastAtMs = atMs;
    this.stale = false;
    const folded = async (verdicts: number, revision: number): Promise<void> => {
      behind.made(verdicts);
      if (subjects.full && !(await behind.flush(revision, this.stream.term))) this.stale = true;
    };
    const begin = behind.begin.bind(behind);
    await recover({ journal, store, partition, subjects, models: control.state.models, begin, folded }, next);
    this.barriers = [];
    for (let missed = control.regime(epoch + 1); missed !== undefined; missed = control.regime(missed.epoch + 1)) {
      this.opened(missed);
    }
    if (regime !== undefined) await fireDeadlines(this.firing, regime, this.lastAtMs);
  }
}

function unknownEpoch(stream: string, epoch: number): TuttiError {
  return new TuttiError('journal-corrupt', `${stream} is in epoch ${epoch}, which control has not opened`, {
    where: stream,
    mend: 'Restore the journal whole, stream control included.',
    facts: { stream, epoch },
  });
}

function internal(partition: number, cause: unknown): TuttiError {
  const said = cause instanceof Error ? cause.message : String(cause);
  return new TuttiError('internal', `partition ${partition} stopped: ${said}`, {
    mend: 'Restart the backbone; if it stops again, report this with the journal.',
    facts: { partition },
    cause,
  });
}
