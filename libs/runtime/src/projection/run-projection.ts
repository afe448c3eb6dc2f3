import type { Clock } from '../clock/clock.js';
import { SystemClock } from '../clock/system-clock.js';
import { CONTROL } from '../control/control-stream.js';
import { noSpace, otherSpace, readSpace } from '../control/read-space.js';
import type { Journal } from '../ports/journal.js';
import type { Leases } from '../ports/leases.js';
import type { ProjectionStore } from '../ports/projection-store.js';
import { BackOff } from '../problems/back-off.js';
import { Problems, type Problem } from '../problems/problems.js';
import { PartitionShare } from './partition-share.js';
import {
  PROJECTION_PACE,
  ProjectionTask,
  type PartitionProjected,
  type ProjectionPace,
  type ProjectionSurroundings,
} from './projection-task.js';

/** What the projection of a space is run with. Everything in it stays its caller's to close. */
export interface ProjectionOptions {
  space: string;
  journal: Journal;
  store: ProjectionStore;
  leases: Leases;
  /** Unique to the process. */
  owner: string;
  /** Default: the machine's. */
  clock?: Clock;
  /** Default: ones of its own, in its status. */
  problems?: Problems;
  pace?: Partial<ProjectionPace>;
  /** How long a partition's lease holds without being renewed; default 10,000. */
  leaseMs?: number;
}

/** How the projection is in this process. */
export interface ProjectionStatus {
  /** Of the space; 0 while the journal holds none. */
  partitionsOfSpace: number;
  /** Those of this process. */
  partitions: PartitionProjected[];
  problems: Problem[];
}

/** Projection at work in this process. */
export interface RunningProjection {
  status(): ProjectionStatus;
  /** Hands its partitions over. */
  close(): Promise<void>;
}

/**
 * Projects a space's journal into a store, in any number of processes: each takes its share of the partitions by leases.
 * Where the journal holds no space yet, it waits for one.
 */
export function runProjection(options: ProjectionOptions): RunningProjection {
  return new Projection(options);
}

class Projection implements RunningProjection {
  private readonly around: ProjectionSurroundings;
  private readonly tasks = new Map<number, ProjectionTask>();
  /** What is done about a partition, one thing after the other. */
  private readonly turns = new Map<number, Promise<void>>();
  private readonly backOff = new BackOff(50);
  private readonly starting: Promise<void>;
  private readonly unfollow: () => void;
  private share: PartitionShare | undefined;
  private partitions = 0;
  private rouse: () => void = () => undefined;
  private closing = false;

  constructor(private readonly options: ProjectionOptions) {
    const { journal, store } = options;
    const clock = options.clock ?? new SystemClock();
    const problems = options.problems ?? new Problems(() => clock.nowMs());
    this.around = { journal, store, clock, problems, pace: { ...PROJECTION_PACE, ...options.pace } };
    this.unfollow = journal.follow(CONTROL, () => this.rouse());
    this.starting = this.start();
  }

  status(): ProjectionStatus {
    const partitions = [...this.tasks.values()].map((task) => task.status());
    return {
      partitionsOfSpace: this.partitions,
      partitions: partitions.toSorted((a, b) => a.partition - b.partition),
      problems: this.around.problems.list(),
    };
  }

  async close(): Promise<void> {
    this.closing = true;
    this.unfollow();
    this.backOff.stop();
    this.rouse();
    await this.starting;
    await this.share?.close();
    await Promise.all(this.turns.values());
  }

  private async start(): Promise<void> {
    const { leases, owner, leaseMs, space } = this.options;
    const { clock, problems, journal } = this.around;
    while (!this.closing) {
      try {
        const created = await readSpace(journal);
        if (created !== undefined) {
          if (created.space !== space) throw otherSpace(space, created.space);
          this.partitions = created.partitions;
          break;
        }
        problems.say('projection', noSpace(space));
      } catch (error) {
        problems.say('projection', error);
      }
      // Whichever comes first: the journal's hint, or time to look.
      await Promise.race([this.backOff.wait(), new Promise<void>((resolve) => (this.rouse = resolve))]);
    }
    this.unfollow();
    if (this.closing) return;
    problems.solved('projection');
    this.share = new PartitionShare({
      leases,
      kind: 'projection',
      owner,
      partitions: this.partitions,
      ...(leaseMs !== undefined && { leaseMs }),
      clock,
      problems,
      gained: (partition) => this.inTurn(partition, () => this.begin(partition)),
      lost: (partition) => this.inTurn(partition, () => this.end(partition)),
    });
  }

  private inTurn(partition: number, work: () => Promise<void>): void {
    this.turns.set(partition, (this.turns.get(partition) ?? Promise.resolve()).then(work));
  }

  private async begin(partition: number): Promise<void> {
    this.tasks.set(partition, new ProjectionTask(this.around, partition));
  }

  private async end(partition: number): Promise<void> {
    const task = this.tasks.get(partition);
    this.tasks.delete(partition);
    await task?.stop();
  }
}
