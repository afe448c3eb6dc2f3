import type { Problem } from '../problems/problems.js';
import { Problems } from '../problems/problems.js';
import type { Journal } from '../ports/journal.js';
import type { Log } from '../ports/log.js';
import { PartitionRelay, type PartitionRelayed, type RelaySurroundings } from './partition-relay.js';

/** What a relay is made of. */
export interface RelayOptions {
  journal: Journal;
  log: Log;
  space: string;
  /** Relayed from the start on; default none. */
  partitions?: readonly number[];
  /** Default: ones of its own, in its status. */
  problems?: Problems;
}

/** How a relay is. */
export interface RelayStatus {
  partitions: PartitionRelayed[];
  /** What is away or wrong: `journal-unavailable`, `log-unavailable`, `unknown-topic`, `too-large`, `topic-ahead`, … */
  problems: Problem[];
}

/** What can be asked of a relay, in this thread or in one of its own. */
export interface Relaying {
  /** Begins to relay a partition; nothing where it does already. */
  add(partition: number): void;
  /** Resolves when nothing more of the partition is sent. */
  remove(partition: number): Promise<void>;
  status(): RelayStatus;
  /** Ends all of it; journal and log are left open. */
  close(): Promise<void>;
}

/**
 * Sends verdicts from the journal to topic `SPACE.verdicts`, whose partitions are the journal's (DESIGN §3.7): at least
 * once, in order, without gaps; barriers, claims and duplicates stay inside. On its start it goes on after the topic's
 * tail. Two relays of one partition do no harm.
 *
 * Consumers drop what they have seen: a record whose `ce_revision` is not greater than the greatest one seen of its
 * partition. What is left has no gaps and no repetitions.
 */
export class Relay implements Relaying {
  private readonly around: RelaySurroundings;
  private readonly wanted = new Set<number>();
  private readonly relays = new Map<number, PartitionRelay>();
  /** Partitions that are still stopping: they begin again only afterwards. */
  private readonly stopping = new Map<number, Promise<void>>();
  private closed = false;

  constructor({ journal, log, space, partitions = [], problems }: RelayOptions) {
    this.around = { journal, log, space, problems: problems ?? new Problems(Date.now) };
    for (const partition of partitions) this.add(partition);
  }

  add(partition: number): void {
    if (this.closed) return;
    this.wanted.add(partition);
    this.begin(partition);
  }

  async remove(partition: number): Promise<void> {
    this.wanted.delete(partition);
    const relay = this.relays.get(partition);
    if (relay === undefined) return this.stopping.get(partition);
    this.relays.delete(partition);
    const stopped = relay.stop().then(() => {
      this.stopping.delete(partition);
      this.begin(partition);
    });
    this.stopping.set(partition, stopped);
    await stopped;
  }

  status(): RelayStatus {
    const partitions = [...this.relays.values()].map((relay) => relay.status());
    return {
      partitions: partitions.toSorted((a, b) => a.partition - b.partition),
      problems: this.around.problems.list(),
    };
  }

  async close(): Promise<void> {
    this.closed = true;
    await Promise.all([...this.relays.keys()].map((partition) => this.remove(partition)));
    await Promise.all(this.stopping.values());
  }

  private begin(partition: number): void {
    if (this.closed || !this.wanted.has(partition)) return;
    if (this.relays.has(partition) || this.stopping.has(partition)) return;
    this.relays.set(partition, new PartitionRelay(this.around, partition));
  }
}

/** Starts a {@link Relay}. */
export function runRelay(options: RelayOptions): Relay {
  return new Relay(options);
}
