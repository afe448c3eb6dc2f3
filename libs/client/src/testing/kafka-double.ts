import type { WireVerdict } from '@tutti/contracts';
import type { Json, JsonObject } from '@tutti/kernel';
import { KafkaFault, type KafkaPort, type Placed, type Range, type Reading } from '../kafka/kafka-port.js';
import type { ReadOptions, ReadRecord, SentBatch } from '../kafka/kafka-port.js';

interface Kept extends ReadRecord {
  atMs: number;
}

/** What happens to a send instead of what should. `loses`: it is taken, and nobody is told. */
export type SendTrouble = { loses: true } | { fault: KafkaFault } | { until: Promise<void> };

/** Brokers in this process, with as much of Kafka as the client uses. */
export class KafkaDouble {
  readonly topics = new Map<string, Kept[][]>();
  /** First offset that is kept, by topic and partition. */
  readonly first = new Map<string, number[]>();
  /** Requests that were sent, each with the number of records by partition. */
  readonly requests: Record<number, number>[] = [];
  readonly sendTroubles: SendTrouble[] = [];
  readonly readings = new Set<DoubleReading>();
  /** What every call throws, as long as it is set. */
  away: KafkaFault | undefined;
  closed = 0;
  nowMs = Date.parse('2026-03-02T10:00:00Z');
  onAppend: (topic: string, partition: number, record: Kept) => void = () => {};
  #wake: (() => void)[] = [];

  createTopic(name: string, partitions: number): void {
    this.topics.set(
      name,
      Array.from({ length: partitions }, () => []),
    );
    this.first.set(
      name,
      Array.from({ length: partitions }, () => 0),
    );
  }

  append(topic: string, partition: number, record: Omit<ReadRecord, 'offset'>): number {
    const records = this.partition(topic, partition);
    const kept = { ...record, offset: records.length, atMs: this.nowMs };
    records.push(kept);
    this.onAppend(topic, partition, kept);
    for (const reading of this.readings) reading.wake();
    this.#changed();
    return kept.offset;
  }

  partition(topic: string, partition: number): Kept[] {
    const records = this.topics.get(topic)?.[partition];
    if (records === undefined) throw new KafkaFault('unknown-topic', `there is no topic ${topic}`);
    return records;
  }

  /** Forgets the records of a partition before an offset. */
  truncate(topic: string, partition: number, before: number): void {
    this.first.get(topic)![partition] = before;
  }

  /** Ends every reading, as a broker that goes away does. */
  cutReadings(fault = new KafkaFault('lost', 'connection closed')): void {
    for (const reading of this.readings) reading.options.onEnd(fault);
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#wake.push(resolve));
  }

  #changed(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }

  port(): KafkaPort {
    const there = <T>(work: () => T): Promise<T> =>
      this.away === undefined ? Promise.resolve().then(work) : Promise.reject(this.away);
    return {
      topics: () => there(() => [...this.topics.keys()]),
      partitions: (topic) => there(() => this.topics.get(topic)?.length ?? this.partition(topic, 0).length),
      ranges: (topic) => there(() => this.#ranges(topic)),
      offsetsAt: (topic, timeMs) =>
        there(() =>
          this.#ranges(topic).map(
            ({ first, end }, p) =>
              this.partition(topic, p).find(({ atMs, offset }) => atMs >= timeMs && offset >= first)?.offset ?? end,
          ),
        ),
      send: (topic, batches) => this.#send(topic, batches),
      read: (topic, options) =>
        there(() => {
          const reading = new DoubleReading(this, topic, options);
          this.readings.add(reading);
          this.#changed();
          reading.wake();
          return reading;
        }),
      close: async () => {
        this.closed++;
      },
    };
  }

  #ranges(topic: string): Range[] {
    this.partition(topic, 0);
    return this.topics.get(topic)!.map(({ length }, p) => ({ first: this.first.get(topic)![p]!, end: length }));
  }

  async #send(topic: string, batches: readonly SentBatch[]): Promise<Placed[]> {
    if (this.away !== undefined) throw this.away;
    const trouble = this.sendTroubles.shift();
    if (trouble !== undefined && 'until' in trouble) await trouble.until;
    if (trouble !== undefined && 'fault' in trouble) throw trouble.fault;
    this.requests.push(Object.fromEntries(batches.map(({ partition, records }) => [partition, records.length])));
    const placed = batches.map(({ partition, records }) => {
      const offsets = records.map((record) => this.append(topic, partition, record));
      return { partition, baseOffset: offsets[0]!, appendedAtMs: this.nowMs };
    });
    if (trouble !== undefined && 'loses' in trouble) throw new KafkaFault('lost', 'the connection broke off');
    return placed;
  }
}

class DoubleReading implements Reading {
  readonly options: ReadOptions;
  readonly #kafka: KafkaDouble;
  readonly #topic: string;
  readonly #next: number[];
  readonly #busy = new Set<number>();
  #closed = false;

  constructor(kafka: KafkaDouble, topic: string, options: ReadOptions) {
    this.#kafka = kafka;
    this.#topic = topic;
    this.options = options;
    this.#next = [...options.from];
  }

  /** Hands out what is there, a batch of a partition at a time. */
  wake(): void {
    this.#next.forEach((_, partition) => void this.#pump(partition));
  }

  seek(partition: number, offset: number): void {
    this.#next[partition] = offset;
    this.wake();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#kafka.readings.delete(this);
  }

  async #pump(partition: number): Promise<void> {
    if (this.#busy.has(partition)) return;
    this.#busy.add(partition);
    for (;;) {
      await Promise.resolve();
      const from = Math.max(this.#next[partition]!, this.#kafka.first.get(this.#topic)![partition]!);
      const records = this.#kafka.partition(this.#topic, partition).slice(from, from + 100);
      if (records.length === 0 || this.#closed) break;
      const before = this.#next[partition];
      await this.options.onBatch(partition, records);
      if (this.#next[partition] === before) this.#next[partition] = records.at(-1)!.offset + 1;
    }
    this.#busy.delete(partition);
  }
}

/**
 * Answers decisions on the topic of verdicts as the backbone does: one for each input in order, none for the same
 * decision again, `order.refuse` is a conflict, `order.early` too early.
 */
export class BackboneDouble {
  readonly #kafka: KafkaDouble;
  readonly #space: string;
  readonly #revisions = new Map<number, number>();
  readonly #used = new Map<string, string>();
  /** Holds answers back as long as it is set. */
  held: (() => void)[] | undefined;

  constructor(kafka: KafkaDouble, space: string) {
    this.#kafka = kafka;
    this.#space = space;
    kafka.onAppend = (topic, partition, record) => {
      if (topic !== `${space}.decisions`) return;
      if (this.held === undefined) this.answer(partition, record);
      else this.held.push(() => this.answer(partition, record));
    };
  }

  release(): void {
    const held = this.held ?? [];
    this.held = undefined;
    for (const answer of held) answer();
  }

  answer(partition: number, record: ReadRecord): void {
    const event: JsonObject = {};
    for (const [name, value] of Object.entries(record.headers)) {
      if (name.startsWith('ce_')) event[name.slice(3)] = value;
    }
    if (record.value !== null && record.value.length > 0) event['data'] = JSON.parse(String(record.value)) as Json;
    const revision = (this.#revisions.get(partition) ?? 0) + 1;
    this.#revisions.set(partition, revision + 1);
    const key = `${String(event['source'])} ${record.key} ${String(event['id'])}`;
    const content = JSON.stringify(event);
    const before = this.#used.get(key);
    if (before === content) return;
    const type = event['type'];
    const code =
      before !== undefined
        ? 'id-conflict'
        : type === 'order.refuse'
          ? 'conflict'
          : type === 'order.early'
            ? 'too-early'
            : undefined;
    if (code !== 'id-conflict' && code !== 'too-early') this.#used.set(key, content);
    this.write(partition, revision, event, record.offset, code);
  }

  write(partition: number, revision: number, event: JsonObject, offset: number, code?: string): void {
    const subject = event['subject'] as string;
    const {
      position: _,
      partition: __,
      ...value
    }: WireVerdict = {
      accepted: code === undefined,
      ...(code === undefined
        ? {}
        : { reasons: [{ code: code as 'conflict', retryable: code === 'too-early', detail: `it is ${code}` }] }),
      decision: event,
      hash: `sha256:${'0'.repeat(64)}`,
      model: 1,
      epoch: 1,
      at: new Date(this.#kafka.nowMs).toISOString(),
      policies: {},
      subject: { id: subject, type: 'order', sequence: 1, state: 'placed', parties: {}, keeps: {} },
      input: { topic: `${this.#space}.decisions`, partition, offset },
      position: '',
      partition,
      revision,
    };
    this.#kafka.append(`${this.#space}.verdicts`, partition, {
      key: subject,
      value: Buffer.from(JSON.stringify(value)),
      headers: { ce_causationid: event['id'] as string, ce_revision: `${revision}` },
    });
  }
}
