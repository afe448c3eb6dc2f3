import { TuttiError } from '@tutti/kernel';
import type { IntakeHandler, Log, LogRecord, NewRecord } from '../ports/log.js';
import { MemoryGroup } from './memory-group.js';
import type { MemoryPartition } from './partition-feed.js';

/** What the clients of one in-memory log share: topics, and the groups that read them. For tests and simulations. */
export class MemoryBroker {
  private readonly topics = new Map<string, MemoryPartition[]>();
  private readonly groups = new Map<string, MemoryGroup>();

  /** @param nowMs the broker's clock, milliseconds; it stamps what is appended */
  constructor(private readonly nowMs: () => number = Date.now) {}

  /** Makes a topic; its partitions stay as many. */
  createTopic(topic: string, partitions: number): void {
    if (this.topics.has(topic)) throw new Error(`topic ${topic} is there already`);
    this.topics.set(
      topic,
      Array.from({ length: partitions }, () => ({ records: [], wakes: new Set<() => void>() })),
    );
  }

  /** One more client of it. */
  client(): MemoryLog {
    return new MemoryLog(this);
  }

  /** @throws TuttiError `unknown-topic` */
  partitionsOf(topic: string): MemoryPartition[] {
    const found = this.topics.get(topic);
    if (found !== undefined) return found;
    throw new TuttiError('unknown-topic', `there is no topic ${topic}`, { where: topic, mend: 'Create it first.' });
  }

  append(topic: string, partition: number, records: readonly Omit<LogRecord, 'offset' | 'timestampMs'>[]): void {
    const kept = this.partitionsOf(topic)[partition];
    if (kept === undefined) {
      throw new TuttiError('unknown-topic', `topic ${topic} has no partition ${partition}`, { where: topic });
    }
    for (const record of records) {
      const timestampMs = Math.max(kept.records.at(-1)?.timestampMs ?? 0, this.nowMs());
      kept.records.push(Object.freeze({ ...record, timestampMs, offset: kept.records.length }));
    }
    for (const wake of kept.wakes) wake();
  }

  group(topic: string, name: string): MemoryGroup {
    const key = `${topic} ${name}`;
    const group = this.groups.get(key) ?? new MemoryGroup(this.partitionsOf(topic));
    this.groups.set(key, group);
    return group;
  }
}

/** A client of a {@link MemoryBroker}. */
export class MemoryLog implements Log {
  private readonly leaves = new Set<(how: 'stop' | 'vanish') => Promise<void>>();
  private closed = false;

  constructor(private readonly broker: MemoryBroker) {}

  async partitions(topic: string): Promise<number> {
    this.assertOpen();
    return this.broker.partitionsOf(topic).length;
  }

  async send(topic: string, partition: number, records: readonly NewRecord[]): Promise<number[]> {
    this.assertOpen();
    const first = this.broker.partitionsOf(topic)[partition]?.records.length ?? 0;
    this.broker.append(
      topic,
      partition,
      records.map(({ key, value, headers }) => ({ key, value, headers: { ...headers } })),
    );
    return records.map((_, index) => first + index);
  }

  async range(topic: string, partition: number): Promise<{ first: number; end: number }> {
    this.assertOpen();
    const records = this.broker.partitionsOf(topic)[partition]?.records ?? [];
    return { first: records[0]?.offset ?? records.length, end: records.length };
  }

  async tail(topic: string, partition: number): Promise<LogRecord | undefined> {
    this.assertOpen();
    return this.broker.partitionsOf(topic)[partition]?.records.at(-1);
  }

  async consume(topic: string, group: string, handler: IntakeHandler): Promise<() => Promise<void>> {
    this.assertOpen();
    const leave = this.broker.group(topic, group).join(handler);
    this.leaves.add(leave);
    return async () => {
      this.leaves.delete(leave);
      await leave('stop');
    };
  }

  async close(): Promise<void> {
    this.closed = true;
    const leaves = [...this.leaves];
    this.leaves.clear();
    await Promise.all(leaves.map((leave) => leave('stop')));
  }

  /**
   * Drops out as a process does that was cut off: its partitions go to others without waiting for it, its handler is
   * told nothing and may still be at work on a batch. For tests of fencing.
   */
  async vanish(): Promise<void> {
    this.closed = true;
    const leaves = [...this.leaves];
    this.leaves.clear();
    await Promise.all(leaves.map((leave) => leave('vanish')));
  }

  private assertOpen(): void {
    if (!this.closed) return;
    throw new TuttiError('log-unavailable', 'the log is closed', { retryable: true });
  }
}
