import type { Clock } from '../clock/clock.js';
import { LEASE_MS, LeaseHolder } from '../leases/lease-holder.js';
import type { Leases } from '../ports/leases.js';
import type { Problems } from '../problems/problems.js';

/** Who shares partitions with whom, and who is told. */
export interface PartitionShareOptions {
  leases: Leases;
  /** Leases are named `KIND-3`, members `KIND-member-OWNER`. */
  kind: string;
  /** Unique to the process. */
  owner: string;
  partitions: number;
  leaseMs?: number;
  clock: Clock;
  problems: Problems;
  /** A partition has become this process's. Must not throw. */
  gained(partition: number): void;
  /** It is no longer. Must not throw. */
  lost(partition: number): void;
}

/**
 * Shares partitions out among processes by leases, without anybody in charge: each process makes itself known, counts
 * the others, and takes or gives back until it has its share. It settles within a few thirds of a lease.
 */
export class PartitionShare {
  private readonly holders = new Map<number, LeaseHolder>();
  private readonly leaseMs: number;
  private readonly member: string;
  private working: Promise<void> | undefined;
  private cancel: () => void = () => undefined;
  private closing = false;

  constructor(private readonly options: PartitionShareOptions) {
    this.leaseMs = options.leaseMs ?? LEASE_MS;
    this.member = `${options.kind}-member-${options.owner}`;
    this.look();
  }

  /** Partitions held now, in order. */
  get partitions(): number[] {
    const held = [...this.holders].filter(([, holder]) => holder.held);
    return held.map(([partition]) => partition).toSorted((a, b) => a - b);
  }

  /** Gives everything back. */
  async close(): Promise<void> {
    this.closing = true;
    this.cancel();
    await this.working;
    await Promise.all([...this.holders.keys()].map((partition) => this.giveBack(partition)));
    const { leases, owner, problems } = this.options;
    await leases.release(this.member, owner).catch(() => undefined);
    problems.solved(this.member);
  }

  private look(): void {
    if (this.closing) return;
    this.working = this.balance().finally(() => {
      this.working = undefined;
      if (!this.closing) this.cancel = this.options.clock.after(this.leaseMs / 3, () => this.look());
    });
  }

  private async balance(): Promise<void> {
    const { leases, owner, kind, partitions, problems } = this.options;
    let holders: Record<string, string>;
    try {
      await leases.hold(this.member, owner, this.leaseMs);
      holders = await leases.holders();
      problems.solved(this.member);
    } catch (error) {
      problems.say(this.member, error);
      return;
    }
    if (this.closing) return;
    const prefix = `${kind}-member-`;
    const members = Object.keys(holders)
      .filter((name) => name.startsWith(prefix))
      .map((name) => name.slice(prefix.length))
      .toSorted();
    const place = Math.max(0, members.indexOf(owner));
    const share = Math.floor(partitions / members.length) + (place < partitions % members.length ? 1 : 0);

    // Those that another had first are let go: there may be others.
    for (const [partition, holder] of this.holders) if (!holder.held) await this.giveBack(partition);
    for (const partition of [...this.holders.keys()].slice(share)) await this.giveBack(partition);
    const free = Array.from({ length: partitions }, (_, partition) => partition).filter(
      (partition) => holders[`${kind}-${partition}`] === undefined && !this.holders.has(partition),
    );
    // Each begins elsewhere, so that they do not all reach for the same.
    const from = Math.floor((place * free.length) / Math.max(1, members.length));
    const inTurn = [...free.slice(from), ...free.slice(0, from)];
    for (const partition of inTurn.slice(0, Math.max(0, share - this.holders.size))) this.take(partition);
  }

  private take(partition: number): void {
    const { leases, kind, owner, clock, problems } = this.options;
    const holder = new LeaseHolder({
      leases,
      name: `${kind}-${partition}`,
      owner,
      forMs: this.leaseMs,
      clock,
      problems,
      gained: () => this.options.gained(partition),
      lost: () => this.options.lost(partition),
    });
    this.holders.set(partition, holder);
  }

  private async giveBack(partition: number): Promise<void> {
    const holder = this.holders.get(partition);
    this.holders.delete(partition);
    await holder?.close();
  }
}
