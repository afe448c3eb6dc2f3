import { reason } from '@tutti/contracts';
import { TuttiError } from '@tutti/kernel';
import { patiently, type Patience } from '../partition/append-block.js';
import type { IntakeEnds } from '../partition/due-barriers.js';
import { PartitionTask } from '../partition/partition-task.js';
import { offsetOf, type AnswerSink, type Pending } from '../partition/pending.js';
import { readTail } from '../partition/tail.js';
import type { TaskSettings, TaskSurroundings } from '../partition/task-surroundings.js';
import { unavailable } from '../partition/unavailable.js';
import type { Log, LogRecord } from '../ports/log.js';
import { BackOff } from '../problems/back-off.js';
import { assertWhole, topicDiffers } from './intake-bounds.js';
import { readInput, unreadInput, type IntakeRules } from './read-input.js';
import { DEATHS_MAX, Suspects, type Gate, type Handling } from './suspects.js';

/** After so long a partition is claimed again that another has taken but the group still gives to this process. */
const RECLAIM_AFTER_MS = 30_000;

/** What owners of partitions share. */
export interface OwnerSurroundings extends Omit<TaskSurroundings, 'intake'> {
  log: Log;
  rules: Omit<IntakeRules, 'partition'>;
  settings: TaskSettings;
  /** Where inputs under suspicion are tried one by one. */
  gate: Gate;
  onOwned(partition: number, task: PartitionTask): void;
  onLost(partition: number): void;
}

/** What an input's sender is told: nothing. Its verdict is found in the journal. */
const NOBODY: AnswerSink = { answer: () => undefined, fail: () => undefined };

/**
 * A partition of the intake topic in this process, from its assignment until it is taken away: feeds its task from where
 * the journal's cursor stands (DESIGN §3.1, §3.2).
 */
export class PartitionOwner {
  private readonly owner: string;
  private readonly rules: IntakeRules;
  private readonly patience: Patience;
  private readonly backOff = new BackOff();
  /** Between batches that are refused. */
  private readonly pacing = new BackOff();
  private held: PartitionTask | undefined;
  /** True while the task takes inputs. */
  private works = false;
  private refusal: TuttiError | undefined;
  private suspects = new Suspects({ claimsMs: [], attempts: 0 });
  /** Offset of the next record; everything below has been answered or is with the task. */
  private position = 0;
  private highWatermark = 0;
  private isGivenUp = false;
  private taking: Promise<unknown> = Promise.resolve();
  private endPause: () => void = () => undefined;

  constructor(
    readonly partition: number,
    private readonly around: OwnerSurroundings,
  ) {
    const { problems } = around;
    this.owner = `partition ${partition}`;
    this.rules = { ...around.rules, partition };
    const nothing = (): void => undefined;
    const stopping = (): boolean => this.isGivenUp;
    const { backOff, owner } = this;
    this.patience = { backOff, problems, owner, stopping, failed: nothing, recovered: nothing };
  }

  /** The partition's task, also while it starts; undefined where the partition cannot be worked on. */
  get task(): PartitionTask | undefined {
    return this.held;
  }

  /** The task, where it takes inputs. */
  get worksOn(): PartitionTask | undefined {
    return this.works ? this.held : undefined;
  }

  /** Records that wait in the topic for their verdicts, as far as known. */
  get lag(): number {
    return Math.max(0, this.highWatermark - (this.held?.cursor ?? this.position));
  }

  /**
   * Claims and recovers the partition; waits for journal, store and log as long as it takes, and for another owner to
   * leave it alone.
   *
   * @returns the offset to go on from; undefined: given up meanwhile
   * @throws TuttiError `intake-truncated`, `topic-differs`, `journal-corrupt` and others: it cannot be worked on
   */
  take(): Promise<number | undefined> {
    const taken = this.untilTaken([]);
    this.taking = taken.catch(() => undefined);
    return taken;
  }

  private async untilTaken(leftover: readonly Pending[]): Promise<number | undefined> {
    for (;;) {
      try {
        await this.claim(leftover);
        return this.isGivenUp ? undefined : this.position;
      } catch (error) {
        if (this.isGivenUp) return undefined;
        const said = error instanceof TuttiError ? error : unavailable(String(error), error);
        this.around.problems.say(this.owner, said);
        this.refusal = said;
        if (said.code !== 'partition-lost') throw said;
        await this.pause();
        if (this.isGivenUp) return undefined;
      }
    }
  }

  private async claim(leftover: readonly Pending[]): Promise<void> {
    const { around, rules, patience, partition } = this;
    const { log, journal, problems, settings } = around;
    problems.solved(this.owner);
    if (partition >= rules.partitions) throw topicDiffers(rules.topic, partition + 1, rules.partitions);
    const { first } = await patiently(patience, async () => {
      const bounds = await log.range(rules.topic, partition);
      const { intake } = await readTail(journal, partition);
      if (intake !== null) assertWhole(rules, bounds, intake);
      this.highWatermark = Math.max(this.highWatermark, bounds.end);
      return bounds;
    });
    const task = new PartitionTask(partition, { ...around, intake: this.ends() }, settings);
    this.held = task;
    try {
      if (this.isGivenUp) return;
      this.suspects = new Suspects(await task.startPatiently(first, leftover));
    } catch (error) {
      await task.close();
      this.held = undefined;
      throw error;
    }
    if (this.isGivenUp) return;
    this.position = Math.max(this.position, task.cursor ?? first);
    this.refusal = undefined;
    this.works = true;
    this.pacing.reset();
    around.onOwned(partition, task);
    void task.done.then((why) => this.ended(task, why));
  }

  /**
   * Takes a batch over; resolves when the next one may come, which is before all of it has been answered.
   *
   * @returns the journaled cursor: all below it is answered
   * @throws TuttiError `unavailable` and others: the partition cannot be worked on now; the batch may come again
   */
  async batch(records: readonly LogRecord[], highWatermark: number): Promise<number | undefined> {
    this.highWatermark = Math.max(this.highWatermark, highWatermark);
    const task = this.held;
    if (task === undefined || !this.works) {
      await this.pacing.wait();
      throw this.refusal ?? unavailable(`partition ${this.partition} is not worked on here`);
    }
    this.position = Math.max(this.position, task.cursor ?? 0);
    for (const record of records) {
      const { offset, timestampMs } = record;
      if (offset < this.position) continue;
      if (offset > this.position) await this.assertNothingDeleted();
      const handling = this.suspects.handling(offset, timestampMs);
      if (handling === 'together') {
        for (let room = task.room(); room !== undefined; room = task.room()) await room;
        task.offer({ ...readInput(record, this.rules), sink: NOBODY, index: 0 });
      } else {
        await this.around.gate.pass(() => this.tryAlone(task, record, handling));
      }
      this.position = offset + 1;
    }
    return task.cursor ?? undefined;
  }

  /** Gives the partition up: what is under way is finished, the rest is left to the next owner. */
  async giveUp(): Promise<void> {
    await this.leave((task) => task.giveUp());
  }

  /** The same, but what the task has is answered first. */
  async close(): Promise<void> {
    await this.leave((task) => task.close());
  }

  private async leave(how: (task: PartitionTask) => Promise<void>): Promise<void> {
    this.isGivenUp = true;
    this.backOff.stop();
    this.pacing.stop();
    this.endPause();
    if (this.works) this.around.onLost(this.partition);
    this.works = false;
    if (this.held !== undefined) await how(this.held);
    await this.taking;
    // Started meanwhile.
    await this.held?.close();
    this.around.problems.solved(this.owner);
  }

  /** Whether an ordinary gap or a deletion lies before the record that has come. */
  private async assertNothingDeleted(): Promise<void> {
    const { log, problems } = this.around;
    const { topic } = this.rules;
    const { first, end } = await patiently(this.patience, () => log.range(topic, this.partition));
    try {
      assertWhole(this.rules, { first, end: Math.max(end, this.position) }, this.position);
    } catch (error) {
      problems.say(this.owner, error);
      const task = this.held;
      this.lost(error as TuttiError, []);
      await task?.close();
      throw error;
    }
  }

  private async tryAlone(task: PartitionTask, record: LogRecord, handling: Handling): Promise<void> {
    if (handling === 'alone') await task.attempt();
    const answered = Promise.withResolvers<void>();
    const sink: AnswerSink = { answer: () => answered.resolve(), fail: (_, error) => answered.reject(error) };
    const refused = handling === 'refused' ? QUARANTINED : undefined;
    const read = refused === undefined ? readInput(record, this.rules) : unreadInput(record, this.rules);
    task.offer({ ...read, sink, index: 0, refused });
    await answered.promise;
  }

  private ended(task: PartitionTask, why: TuttiError | undefined): void {
    if (this.isGivenUp || this.held !== task || why === undefined) return;
    // What was tried alone comes again with its batch.
    if (this.works)
      this.lost(
        why,
        task.unanswered.filter(({ input }) => offsetOf(input) < this.position),
      );
  }

  /** Works no more. Where another has the partition but the group says it is ours, it is claimed again, later. */
  private lost(why: TuttiError, unanswered: readonly Pending[]): void {
    if (this.works) this.around.onLost(this.partition);
    this.works = false;
    this.held = undefined;
    this.refusal = why;
    if (why.code !== 'partition-lost') return;
    const again = this.pause().then(() => (this.isGivenUp ? undefined : this.untilTaken(unanswered)));
    this.taking = again.catch(() => undefined);
  }

  private pause(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.around.clock.after(RECLAIM_AFTER_MS, resolve);
      this.endPause = () => {
        cancel();
        resolve();
      };
    });
  }

  private ends(): IntakeEnds {
    const { log } = this.around;
    const { topic, partition } = this.rules;
    return {
      end: async () => {
        const { end } = await log.range(topic, partition);
        this.around.problems.solved('log');
        this.highWatermark = Math.max(this.highWatermark, end);
        return end;
      },
      last: async () => (await log.tail(topic, partition))?.offset ?? -1,
    };
  }
}

const QUARANTINED = reason(
  'quarantined',
  `the process that judges ended ${DEATHS_MAX} times while it was at work on this decision alone`,
);
