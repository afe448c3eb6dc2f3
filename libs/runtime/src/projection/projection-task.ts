import type { Clock } from '../clock/clock.js';
import type { Journal } from '../ports/journal.js';
import type { Projected, ProjectionStore } from '../ports/projection-store.js';
import type { Checkpoint } from '../ports/store.js';
import { BackOff } from '../problems/back-off.js';
import type { Problems } from '../problems/problems.js';
import { verdictsOf } from '../reading/block-shelf.js';
import { AT_END, StreamTail } from '../reading/stream-tail.js';
import { epochAt } from './epoch-at.js';
import { ProjectedRun } from './projected-run.js';

/** How much is committed at once, and how far the store may be behind. */
export interface ProjectionPace {
  /** Inputs after which it is committed though the journal goes on; default 5,000. */
  commitInputs: number;
  /** How long it is put off at the journal's end, so that a trickle makes few commits. Milliseconds; default 100. */
  commitEveryMs: number;
}

export const PROJECTION_PACE: ProjectionPace = { commitInputs: 5_000, commitEveryMs: 100 };

/** What a projection task works with. */
export interface ProjectionSurroundings {
  journal: Journal;
  store: ProjectionStore;
  clock: Clock;
  problems: Problems;
  pace: ProjectionPace;
}

/** How far a partition's projection has come. */
export interface PartitionProjected {
  partition: number;
  /** Revision of the last record whose effect is in the store; -1 for none. */
  revision: number;
  /** Its tenure; grows with each takeover. */
  term: number;
}

const NOTHING: Projected = { counts: [], decisions: [], edges: [], contractUse: {} };

/**
 * Follows one partition's journal and keeps in the store what is derived from it. What the store holds at its checkpoint
 * is always the fold of the journal up to there: runs are added under the checkpoint they began at, so that a crash, a
 * lost answer or a second task at work changes nothing.
 */
export class ProjectionTask {
  private readonly backOff = new BackOff();
  private readonly owner: string;
  private readonly running: Promise<void>;
  private checkpoint: Checkpoint | undefined;
  private term = 0;
  private tail: StreamTail | undefined;
  private committedMs = -Infinity;
  private rouse: () => void = () => undefined;
  private stopped = false;

  constructor(
    private readonly around: ProjectionSurroundings,
    private readonly partition: number,
  ) {
    this.owner = `projection ${partition}`;
    this.running = this.run();
  }

  status(): PartitionProjected {
    return { partition: this.partition, revision: this.checkpoint?.revision ?? -1, term: this.term };
  }

  /** Resolves when nothing more of it reaches the store. What was not committed yet is derived again by the next. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.tail?.stop();
    this.backOff.stop();
    this.rouse();
    await this.running;
    this.around.problems.solved(this.owner);
    this.around.problems.solved(`${this.owner} journal`);
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      try {
        await this.takeOver();
        await this.follow();
        // Another one is at work on the partition: the lease will tell whose it is.
        if (!this.stopped) await this.backOff.wait();
      } catch (error) {
        if (this.stopped) return;
        this.around.problems.say(this.owner, error);
        await this.backOff.wait();
      }
    }
  }

  /** Marks the checkpoint with a term of its own: an earlier task at work finds that out with its next commit. */
  private async takeOver(): Promise<void> {
    const { store, journal } = this.around;
    for (;;) {
      let there = await store.checkpoint(this.partition);
      if (there !== undefined && there.revision >= 0) {
        const last = await journal.last(verdictsOf(this.partition));
        // A store that is ahead of its journal is of another history.
        if (there.revision >= (last === undefined ? 0 : last.first + last.count)) {
          await store.discard(this.partition);
          there = undefined;
        }
      }
      const mine = { revision: there?.revision ?? -1, term: (there?.term ?? 0) + 1 };
      if (this.stopped) return;
      if (await store.commit(this.partition, there, mine, NOTHING)) {
        this.checkpoint = mine;
        this.term = mine.term;
        return;
      }
    }
  }

  /** Until stopped, or until the store is not as this task left it. */
  private async follow(): Promise<void> {
    const { journal, problems, pace, clock } = this.around;
    const { revision } = this.checkpoint!;
    let run = new ProjectedRun(this.partition, await epochAt(journal, this.partition, revision));
    let reached = revision;
    if (this.stopped) return;
    const tail = new StreamTail({
      journal,
      problems,
      stream: verdictsOf(this.partition),
      owner: `${this.owner} journal`,
    });
    this.tail = tail;
    try {
      for await (const block of tail.from(revision + 1)) {
        if (block !== AT_END) {
          run.add(block);
          reached = block.end - 1;
          if (run.inputs < pace.commitInputs) continue;
        } else {
          if (reached === this.checkpoint!.revision) continue;
          await this.pause(this.committedMs + pace.commitEveryMs - clock.monotonicMs());
          if (this.stopped) return;
        }
        if (!(await this.commit(reached, run))) return;
        run = new ProjectedRun(this.partition, run.epochNow);
      }
    } finally {
      tail.stop();
    }
  }

  private async commit(revision: number, run: ProjectedRun): Promise<boolean> {
    const { store, clock, problems } = this.around;
    const next = { revision, term: this.term };
    if (!(await store.commit(this.partition, this.checkpoint, next, run.projected))) return false;
    this.checkpoint = next;
    this.committedMs = clock.monotonicMs();
    problems.solved(this.owner);
    this.backOff.reset();
    return true;
  }

  private async pause(forMs: number): Promise<void> {
    if (forMs <= 0) return;
    await new Promise<void>((resolve) => {
      const cancel = this.around.clock.after(forMs, resolve);
      this.rouse = () => {
        cancel();
        resolve();
      };
      if (this.stopped) this.rouse();
    });
    this.rouse = () => undefined;
  }
}
