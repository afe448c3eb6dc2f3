import type { Edge } from '../backbone.js';
import { StoreUnavailableError } from '../ports/errors.js';
import type { EpochCounts, Projected, ProjectionStore } from '../ports/projection-store.js';
import type { Checkpoint } from '../ports/store.js';
import { mergeEdge, mergeEdges } from './merge-edges.js';

class Partition {
  checkpoint: Checkpoint | undefined;
  readonly counts = new Map<number, EpochCounts>();
  /** Revisions by the decision's key in hexadecimal. */
  readonly decisions = new Map<string, Set<number>>();
  readonly edges = new Map<string, Edge>();
  /** Counts by type and contract version. */
  readonly uses = new Map<string, Map<number, number>>();

  add({ counts, decisions, edges, contractUse }: Projected): void {
    for (const since of counts) this.counts.set(since.epoch, addCounts(this.counts.get(since.epoch), since));
    for (const { key, revision } of decisions) {
      const hex = Buffer.from(key).toString('hex');
      const revisions = this.decisions.get(hex) ?? new Set();
      this.decisions.set(hex, revisions.add(revision));
    }
    for (const since of edges) {
      const before = this.edges.get(since.signature);
      this.edges.set(since.signature, before === undefined ? structuredClone(since) : mergeEdge(before, since));
    }
    for (const [type, versions] of Object.entries(contractUse)) {
      const use = this.uses.get(type) ?? new Map<number, number>();
      this.uses.set(type, use);
      for (const [version, count] of Object.entries(versions)) {
        use.set(Number(version), (use.get(Number(version)) ?? 0) + count);
      }
    }
  }
}

/** What several {@link MemoryProjectionStore} share, as clients of one server do. */
export class MemoryProjections {
  readonly partitions = new Map<number, Partition>();

  /** Partitions by number, in order. */
  sorted(): [number, Partition][] {
    return [...this.partitions].toSorted(([a], [b]) => a - b);
  }
}

/** A projection store in memory, for tests and simulations. Gone with the process. */
export class MemoryProjectionStore implements ProjectionStore {
  private closed = false;

  constructor(private readonly kept = new MemoryProjections()) {}

  async checkpoint(partition: number): Promise<Checkpoint | undefined> {
    return this.open().partitions.get(partition)?.checkpoint;
  }

  async commit(
    partition: number,
    expected: Checkpoint | undefined,
    next: Checkpoint,
    projected: Projected,
  ): Promise<boolean> {
    const { partitions } = this.open();
    const there = partitions.get(partition) ?? new Partition();
    const { checkpoint } = there;
    if (checkpoint?.revision !== expected?.revision || (checkpoint !== undefined && checkpoint.term > next.term)) {
      return false;
    }
    there.add(projected);
    there.checkpoint = { ...next };
    partitions.set(partition, there);
    return true;
  }

  async counts(options: { partition?: number; from?: number; limit?: number } = {}): Promise<EpochCounts[]> {
    const { partition, from = 0, limit = Infinity } = options;
    const byEpoch = new Map<number, EpochCounts>();
    for (const [number, { counts }] of this.open().sorted()) {
      if (partition !== undefined && partition !== number) continue;
      for (const since of counts.values()) byEpoch.set(since.epoch, addCounts(byEpoch.get(since.epoch), since));
    }
    const inOrder = [...byEpoch.values()].toSorted((a, b) => a.epoch - b.epoch);
    return inOrder.filter(({ epoch }) => epoch >= from).slice(0, limit);
  }

  async find(key: Uint8Array): Promise<{ partition: number; revision: number }[]> {
    const hex = Buffer.from(key).toString('hex');
    return this.open()
      .sorted()
      .flatMap(([partition, { decisions }]) =>
        [...(decisions.get(hex) ?? [])].toSorted((a, b) => a - b).map((revision) => ({ partition, revision })),
      );
  }

  async edges(): Promise<Edge[]> {
    const partitions = this.open().sorted();
    return mergeEdges(partitions.flatMap(([, { edges }]) => Array.from(edges.values())));
  }

  async contractUse(): Promise<Record<string, Record<number, number>>> {
    const merged: Record<string, Record<number, number>> = {};
    for (const [, { uses }] of this.open().sorted()) {
      for (const [type, versions] of uses) {
        const use = (merged[type] ??= {});
        for (const [version, count] of versions) use[version] = (use[version] ?? 0) + count;
      }
    }
    return merged;
  }

  async discard(partition: number): Promise<void> {
    this.open().partitions.delete(partition);
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  private open(): MemoryProjections {
    if (this.closed) throw new StoreUnavailableError('the store is closed');
    return this.kept;
  }
}

function addCounts(before: EpochCounts | undefined, since: EpochCounts): EpochCounts {
  if (before === undefined) return { ...since };
  return {
    epoch: since.epoch,
    accepted: before.accepted + since.accepted,
    irregular: before.irregular + since.irregular,
    rejected: before.rejected + since.rejected,
    duplicates: before.duplicates + since.duplicates,
  };
}
