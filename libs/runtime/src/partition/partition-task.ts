import type { Regime } from '@tutti/contracts';
import { TuttiError } from '@tutti/kernel';
import { MAX_BLOCK_BYTES, MAX_BLOCK_RECORDS } from '../journal/limits.js';
import { BackOff } from '../problems/back-off.js';
import type { BlockShelf } from '../reading/block-shelf.js';
import type { JournaledVerdict } from '../reading/journaled-verdict.js';
import { patiently, type Patience } from './append-block.js';
import { barrierLine } from './barrier-record.js';
import { DueBarriers, type DueBarrier } from './due-barriers.js';
import { EpochWaiters } from './epoch-waiters.js';
import { fireDeadlines, type Firing } from './fire-deadlines.js';
import { InputQueue } from './input-queue.js';
import { judgePending } from './judge-pending.js';
import { OpenBlock } from './open-block.js';
import { offsetOf, type Pending } from './pending.js';
import { recover } from './recover.js';
import { SubjectCache } from './subject-cache.js';
import type { Barren } from './tail.js';
import { internal, unknownEpoch } from './task-errors.js';
import type { TaskSettings, TaskSurroundings } from './task-surroundings.js';
import { overloaded, unavailable } from './unavailable.js';
import { VerdictStream } from './verdict-stream.js';
import { Visitors } from './visitors.js';
import { WriteBehind } from './write-behind.js';

/** Inputs are judged in runs of at most this many: a block's records without its header. */
const RUN_MAX = MAX_BLOCK_RECORDS - 1;

/**
 * The one writer of a partition (DESIGN §3): takes inputs in batches, judges them, appends their verdicts as one
 * block, and answers when that is durable. Everything it does happens in one loop, one step after the other.
 */
export class PartitionTask {
  private readonly queue: InputQueue;
  private readonly subjects: SubjectCache;
  private readonly stream: VerdictStream;
  private readonly behind: WriteBehind;
  private readonly visitors = new Visitors();
  private readonly backOff = new BackOff();
  /** Where the block that is open is written. */
  private readonly slab = Buffer.allocUnsafeSlow(MAX_BLOCK_BYTES);
  private readonly patience: Patience;
  private readonly firing: Firing;
  private readonly epochWaiters = new EpochWaiters();
  private readonly barriers: DueBarriers;
  private attempts: PromiseWithResolvers<void>[] = [];
  /** What was neither answered nor refused when the task ended. */
  unanswered: readonly Pending[] = [];
  private current: Regime | undefined;
  private lastAtMs = 0;
  /** True where memory no longer agrees with the journal. */
  private stale = false;
  private closing = false;
  private ended: TuttiError | undefined;
  private wakeUp: (() => void) | undefined;
  private loop: Promise<TuttiError | undefined> = Promise.resolve(undefined);

  constructor(
    readonly partition: number,
    private readonly around: TaskSurroundings,
    settings: TaskSettings,
  ) {
    const { journal, store, clock, problems, intake } = around;
    this.queue = new InputQueue(settings);
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
    const standing = () => ({ queued: this.queue.length, cursor: this.cursor, lastAtMs: this.lastAtMs });
    this.barriers = new DueBarriers(intake, clock, problems, this.patience.owner, standing, wake);
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
    await this.begin(null);
  }

  /**
   * The same, waiting for journal and store as long as it takes, until it is closed.
   *
   * @param intakeBegin first offset of the intake topic, where a partition without a cursor begins
   * @param leftover what an earlier task left unanswered; goes first, as far as it still needs an answer
   * @returns what the tenures before got done
   * @throws TuttiError `unavailable` closed meanwhile; `partition-lost`, `journal-corrupt`, `journal-version`
   */
  startPatiently(intakeBegin: number, leftover: readonly Pending[] = []): Promise<Barren> {
    this.queue.putBack(leftover);
    return patiently(this.patience, () => this.begin(intakeBegin));
  }

  private async begin(intakeBegin: number | null): Promise<Barren> {
    const { barren } = await this.stream.claim(this.around.time.now(), intakeBegin);
    await this.rebuild();
    this.loop = this.run();
    return barren;
  }

  /**
   * Takes an input over; its sink is told later.
   *
   * @throws TuttiError `overloaded`, `unavailable`
   */
  offer(pending: Pending): void {
    if (this.ended !== undefined) throw unavailable(this.ended.message, this.ended);
    if (this.closing) throw unavailable('the backbone is closing');
    if (this.queue.full) throw overloaded(this.queue.length);
    this.queue.push(pending);
    this.wake();
  }

  /** Resolves when an input may be offered, or the task has ended; undefined: one may be offered now. */
  room(): Promise<void> | undefined {
    return this.queue.full && this.ended === undefined ? this.queue.room() : undefined;
  }

  /**
   * Notes in the journal that the next input is about to be tried alone (docs/adr/0014-quarantine.md); resolves when
   * that is durable. @throws TuttiError `unavailable`
   */
  attempt(): Promise<void> {
    if (this.ended !== undefined) return Promise.reject(unavailable(this.ended.message, this.ended));
    const attempt = Promise.withResolvers<void>();
    this.attempts.push(attempt);
    this.wake();
    return attempt.promise;
  }

  /** Tells of an epoch that was opened. */
  opened(regime: Regime): void {
    const known = this.barriers.last?.regime.epoch ?? this.current?.epoch ?? 0;
    if (regime.epoch !== known + 1) return;
    this.barriers.see(regime, this.queue.added);
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
    return this.epochWaiters.until(epoch);
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

  /** Offset after the last input of the intake topic that is answered; null where there is no such topic. */
  get cursor(): number | null {
    return this.stream.cursor;
  }

  /** Resolves when it works no more, with the reason; undefined: it was never started. */
  get done(): Promise<TuttiError | undefined> {
    return this.loop;
  }

  /** Gives the partition up: finishes what is under way, leaves the rest unanswered, stores what changed, ends. */
  async giveUp(): Promise<void> {
    this.queue.take(Infinity);
    await this.close();
  }

  /** Takes nothing more, answers what it has, stores what changed, ends. */
  async close(): Promise<void> {
    this.closing = true;
    this.backOff.stop();
    this.barriers.stop();
    this.wake();
    await this.loop;
  }

  // ── the loop ──────────────────────────────────────────────────────────────────────────────────────────────────────

  private wake(): void {
    const wakeUp = this.wakeUp;
    this.wakeUp = undefined;
    wakeUp?.();
  }

  private async run(): Promise<TuttiError> {
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
      return this.end(unavailable('the backbone is closed'));
    } catch (error) {
      const said = error instanceof TuttiError ? error : internal(this.partition, error);
      if (!this.closing) this.around.problems.say(this.patience.owner, said);
      return this.end(said);
    }
  }

  private hasWork(): boolean {
    if (this.stale || this.visitors.any || this.barriers.due || this.behind.due) return true;
    if (this.attempts.length > 0 || (this.current === undefined && this.barriers.first !== undefined)) return true;
    return this.queue.length > 0 && this.current !== undefined;
  }

  private async step(): Promise<void> {
    if (this.stale) {
      await patiently(this.patience, () => this.rebuild());
      return;
    }
    await this.visitors.welcome();
    const barrier = this.barriers.first;
    if (this.attempts.length > 0) {
      await this.tryAlone();
    } else if (this.current !== undefined) {
      const batch = this.queue.take(RUN_MAX, this.barriers.limit);
      if (batch.length > 0) await this.judgeBatch(batch, this.current);
      else if (barrier !== undefined && this.barriers.due) await this.passBarrier(barrier);
    } else if (barrier !== undefined) {
      await this.passBarrier(barrier);
    }
    if (!this.stale && this.behind.must) await this.flush();
  }

  private end(why: TuttiError): TuttiError {
    this.ended = why;
    this.behind.stop();
    this.barriers.stop();
    const error = unavailable(why.message, why);
    this.unanswered = this.queue.take(Infinity);
    for (const { sink, index } of this.unanswered) sink.fail(index, error);
    this.epochWaiters.turnAway(error);
    for (const { reject } of this.attempts.splice(0)) reject(error);
    this.visitors.turnAway(why);
    return why;
  }

  private async tryAlone(): Promise<void> {
    if (await this.stream.attempt(this.lastAtMs)) for (const { resolve } of this.attempts.splice(0)) resolve();
    else this.stale = true;
  }

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
        const judged = judgePending(batch[i]!, subjects[i], regime, block, find);
        const outcome = judged instanceof Promise ? await judged : judged;
        if (outcome === undefined) break;
        this.lastAtMs = input.atMs;
        answers.push(outcome);
      }
      const last = answers.length === 0 ? -1 : offsetOf(batch[answers.length - 1]!.input);
      if (!(await this.append(block, last < 0 ? undefined : last + 1))) {
        this.queue.putBack(batch);
        return;
      }
    } catch (error) {
      this.queue.putBack(batch);
      throw error;
    }
    for (let i = 0; i < answers.length; i++) {
      const { verdict, duplicate } = answers[i]!;
      batch[i]!.sink.answer(batch[i]!.index, verdict, duplicate);
    }
    if (answers.length < batch.length) this.queue.putBack(batch.slice(answers.length));
  }

  private openBlock(): OpenBlock {
    return new OpenBlock(this.partition, this.stream.next, this.subjects, this.slab);
  }

  /** Makes a block durable. False: it was not, and memory is stale. */
  private async append(block: OpenBlock, intake?: number): Promise<boolean> {
    if (block.lines === 0) return true;
    if (!(await this.stream.append(block, this.lastAtMs, intake))) {
      this.stale = true;
      return false;
    }
    this.behind.made(block.lines);
    this.around.decided(block.lines);
    return true;
  }

  // ── barriers and deadlines ────────────────────────────────────────────────────────────────────────────────────────

  private async passBarrier({ regime }: DueBarrier): Promise<void> {
    const { epoch, controlRevision } = regime;
    this.lastAtMs = Math.max(regime.atMs, this.lastAtMs);
    const block = this.openBlock();
    block.addRecord(barrierLine({ epoch, controlRevision, atMs: this.lastAtMs }));
    if (!(await this.append(block))) return;
    this.barriers.passed();
    this.current = regime;
    await fireDeadlines(this.firing, regime, this.lastAtMs);
    if (!this.stale) this.epochWaiters.inForce(epoch);
  }

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
    const { epoch, atMs, next, intake } = await this.stream.locate();
    this.forget(intake);
    await control.catchUp();
    await control.remember(epoch);
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
    const term = this.around.intake && this.stream.term;
    await recover({ journal, store, partition, subjects, models: control.state.models, term, begin, folded }, next);
    this.barriers.clear();
    for (let missed = control.regime(epoch + 1); missed !== undefined; missed = control.regime(missed.epoch + 1)) {
      this.opened(missed);
    }
    if (regime !== undefined) await fireDeadlines(this.firing, regime, this.lastAtMs);
  }

  /** Drops inputs that the journal has answered already: whoever wrote in our place may have done so. */
  private forget(intake: number | null): void {
    if (intake === null) return;
    const elsewhere = unavailable('another writer has answered this input');
    for (const { sink, index } of this.queue.dropBelow(intake)) sink.fail(index, elsewhere);
  }
}
