import type { Clock } from '../clock/clock.js';
import type { Checkpoint, SubjectStore } from '../ports/store.js';
import { patiently, type Patience } from './append-block.js';
import { FencedError } from './fenced-error.js';
import type { SubjectCache } from './subject-cache.js';

/** When changed subjects go to the store: after so many verdicts, so many subjects, or so long. */
export interface WriteBehindPace {
  flushVerdicts: number;
  flushSubjects: number;
  /** Milliseconds of the clock. */
  flushAfterMs: number;
}

/** Keeps the store behind the journal, but not far (DESIGN §3.5): subjects in key order with the fenced checkpoint. */
export class WriteBehind {
  private checkpoint: Checkpoint | undefined;
  private verdicts = 0;
  private isDue = false;
  private cancelTimer: (() => void) | undefined;

  constructor(
    private readonly store: SubjectStore,
    private readonly partition: number,
    private readonly subjects: SubjectCache,
    private readonly pace: WriteBehindPace,
    private readonly clock: Clock,
    private readonly patience: Patience,
    /** Called when it has become time to store. */
    private readonly wake: () => void,
  ) {}

  /** Revision up to which the store has everything; -1 at first. */
  get revision(): number {
    return this.checkpoint?.revision ?? -1;
  }

  /** True once changes have waited long enough. */
  get due(): boolean {
    return this.isDue;
  }

  /** Begins anew from what the store has. */
  begin(checkpoint: Checkpoint | undefined): void {
    this.checkpoint = checkpoint;
    this.verdicts = 0;
  }

  /** Counts verdicts made. */
  made(verdicts: number): void {
    this.verdicts += verdicts;
  }

  /** Whether it is time to store; sets the timer where it is not. */
  get must(): boolean {
    const { flushSubjects, flushVerdicts, flushAfterMs } = this.pace;
    if (this.isDue || this.subjects.full || this.subjects.dirty >= flushSubjects) return true;
    if (this.verdicts >= flushVerdicts) return true;
    if (this.verdicts > 0) {
      this.cancelTimer ??= this.clock.after(flushAfterMs, () => {
        this.isDue = true;
        this.wake();
      });
    }
    return false;
  }

  /**
   * Stores what changed, with the checkpoint; then lets go of what has not been used for long. False: the store is not
   * as this writer left it, and has been discarded.
   *
   * @param revision last revision folded into the subjects; durable in the journal
   * @throws FencedError, TuttiError `unavailable` told to stop while the store was away
   */
  async flush(revision: number, term: number): Promise<boolean> {
    this.stop();
    const { store, partition, subjects, checkpoint } = this;
    if (revision > this.revision) {
      const wanted: Checkpoint = { revision, term };
      const rows = await subjects.rows();
      const there = await patiently(this.patience, async () =>
        (await store.commit(partition, checkpoint, wanted, rows)) ? wanted : store.checkpoint(partition),
      );
      // Refused, but ours: the answer to an earlier attempt was lost.
      if (there?.revision !== revision || there.term !== term) {
        if (there !== undefined && there.term > term) throw new FencedError(partition);
        await patiently(this.patience, () => store.discard(partition));
        return false;
      }
      this.begin(wanted);
      subjects.stored();
    }
    subjects.release();
    return true;
  }

  /** Takes the timer back. */
  stop(): void {
    this.isDue = false;
    this.cancelTimer?.();
    this.cancelTimer = undefined;
  }
}
