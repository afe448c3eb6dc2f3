import type { Trust } from '@tutti/contracts';
import type { BackboneStatus } from '../backbone.js';
import type { ControlStream } from '../control/control-stream.js';
import type { PartitionTask } from '../partition/partition-task.js';
import { unavailable } from '../partition/unavailable.js';
import type { IntakeHandler, LogRecord } from '../ports/log.js';
import type { Problem } from '../problems/problems.js';
import { PartitionOwner, type OwnerSurroundings } from './partition-owner.js';

/** One process of those that judge a space together. */
export interface ContractMember {
  readonly space: string;
  /** Partitions of the space. */
  readonly partitions: number;
  /** Which member it is, for people. */
  readonly instance: string;
  /** The tasks of the partitions that are this member's now. */
  tasks(): PartitionTask[];
  status(): ContractStatus;
  /**
   * Takes nothing more, answers what it has taken over, stores what changed, leaves the group. Log, journal and store
   * are left open, for the caller to close.
   */
  close(): Promise<void>;
}

/** How a member stands. */
export interface ContractStatus {
  /** True where nothing is away or wrong; also without partitions. */
  ready: boolean;
  problems: Problem[];
  /** The earliest epoch its partitions are in; control's latest where it has none. */
  epoch: number;
  /** Model revision in force from the next epoch on; 0: none has been published. */
  modelRevision: number;
  model: string;
  trust: Trust;
  partitions: OwnedStatus[];
}

/** How one partition of a member stands. */
export type OwnedStatus = BackboneStatus['partitions'][number] & {
  /** Offset after the last input answered. */
  cursor: number | null;
  /** Records in the topic that have no verdict yet, as far as known. */
  lag: number;
};

/** Between looks at control, where nothing told of a change; milliseconds. */
const LOOK_AFTER_MS = 2_000;

/** Owns what the group gives it; see {@link ContractMember}. */
export class Member implements ContractMember, IntakeHandler {
  readonly space: string;
  readonly partitions: number;
  private readonly owners = new Map<number, PartitionOwner>();
  private readonly control: ControlStream;
  private readonly stopListening: () => void;
  private cancelLook: () => void = () => undefined;
  private closing: Promise<void> | undefined;
  /** Leaves the group. */
  private stop: () => Promise<void> = () => Promise.resolve();

  constructor(
    readonly instance: string,
    private readonly around: OwnerSurroundings,
  ) {
    this.control = around.control;
    this.space = this.control.state.space;
    this.partitions = this.control.state.partitions;
    this.stopListening = this.control.onRecord((opened) => {
      if (opened === undefined) return;
      const tasks = this.starting();
      for (const task of tasks) task.opened(opened);
      this.control.forgetBefore(Math.min(opened.epoch, ...tasks.map((task) => task.regime?.epoch ?? 0)));
    });
  }

  /** Joins the group. @throws what the log throws */
  async join(topic: string, group: string): Promise<void> {
    this.stop = await this.around.log.consume(topic, group, this);
    this.lookLater();
  }

  // ── what the log asks ─────────────────────────────────────────────────────────────────────────────────────────────

  trouble(error: unknown, partition?: number): void {
    this.around.problems.say(partition === undefined ? 'log' : feedOf(partition), error);
  }

  async assigned(partition: number): Promise<number | undefined> {
    this.fed(partition);
    await this.owners.get(partition)?.giveUp();
    const owner = new PartitionOwner(partition, this.around);
    this.owners.set(partition, owner);
    if (this.closing !== undefined) await owner.close();
    return owner.take();
  }

  async batch(partition: number, records: LogRecord[], highWatermark: number): Promise<number | undefined> {
    this.fed(partition);
    const owner = this.owners.get(partition);
    if (owner === undefined) throw unavailable(`partition ${partition} was not assigned`);
    return owner.batch(records, highWatermark);
  }

  async revoked(partition: number): Promise<void> {
    this.fed(partition);
    const owner = this.owners.get(partition);
    if (owner === undefined) return;
    await (this.closing === undefined ? owner.giveUp() : owner.close());
    if (this.owners.get(partition) === owner) this.owners.delete(partition);
  }

  // ── what others ask ───────────────────────────────────────────────────────────────────────────────────────────────

  tasks(): PartitionTask[] {
    return [...this.owners.values()].flatMap(({ worksOn }) => worksOn ?? []);
  }

  status(): ContractStatus {
    const { problems } = this.around;
    const { state } = this.control;
    const list = problems.list();
    const owned = [...this.owners.values()].toSorted((a, b) => a.partition - b.partition);
    const partitions: OwnedStatus[] = [];
    for (const { worksOn, lag } of owned) {
      if (worksOn !== undefined) partitions.push({ ...worksOn.status(), cursor: worksOn.cursor, lag });
    }
    return {
      ready: this.closing === undefined && list.length === 0,
      problems: list,
      epoch: Math.min(...(partitions.length === 0 ? [state.epoch] : partitions.map(({ epoch }) => epoch))),
      modelRevision: state.model,
      model: state.models.get(state.model)?.compiled.definition.model ?? '',
      trust: state.trust,
      partitions,
    };
  }

  close(): Promise<void> {
    return (this.closing ??= this.leave());
  }

  private async leave(): Promise<void> {
    this.cancelLook();
    // Side by side: the log waits for batches under way, and those wait for tasks that may wait for the journal.
    const left = this.stop();
    await Promise.all([...this.owners.values()].map((owner) => owner.close()));
    await left;
    this.stopListening();
    this.control.close();
  }

  private fed(partition: number): void {
    this.around.problems.solved('log');
    this.around.problems.solved(feedOf(partition));
  }

  private starting(): PartitionTask[] {
    return [...this.owners.values()].flatMap(({ task }) => task ?? []);
  }

  /** Hints of the journal may be lost; barriers must not wait for the next one. */
  private lookLater(): void {
    this.cancelLook = this.around.clock.after(LOOK_AFTER_MS, () => void this.look());
  }

  private async look(): Promise<void> {
    const { problems } = this.around;
    try {
      await this.control.catchUp();
      problems.solved('control');
    } catch (error) {
      problems.say('control', error);
    }
    if (this.closing === undefined) this.lookLater();
  }
}

function feedOf(partition: number): string {
  return `feed of partition ${partition}`;
}
