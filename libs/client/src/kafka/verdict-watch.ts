import { parseTime } from '@tutti/kernel';
import { backOffMs } from '../back-off.js';
import type { Envelope } from '../event.js';
import type { Lifetime } from '../lifetime.js';
import type { KafkaFault, KafkaPort, Reading, ReadRecord } from './kafka-port.js';
import { offsetOf, verdictOfRecord } from './verdict-record.js';
import { Watch } from './watch.js';

/** Joining costs seconds, so the topic is read on for a while after the last decision. */
const IDLE_MS = 60_000;
/** A decision's `time` may lie 5 minutes ahead of its verdict's; the rest is for clocks that differ. */
const EARLIER_MS = 6 * 60_000;

/** Verdicts from offset `from` on are to be looked through; it is known after a call. */
interface Search {
  watch: Watch;
  from: number;
  isKnown: boolean;
}

/**
 * Finds verdicts on their topic: while anybody waits, all partitions are read from the tail on that was there before
 * the decision was sent.
 */
export class VerdictWatch {
  readonly #port: KafkaPort;
  readonly #topic: string;
  readonly #lifetime: Lifetime;
  /** Decision id → who waits for it. */
  readonly #watches = new Map<string, Set<Watch>>();
  /** Next offset to come, by partition. */
  #next: number[] = [];
  /** Offset at which reading earlier ones again ends, by partition. */
  #end: number[] = [];
  #searches: Search[] = [];
  #reading: Promise<Reading> | undefined;
  #idle: ReturnType<typeof setTimeout> | undefined;

  constructor(port: KafkaPort, topic: string, lifetime: Lifetime) {
    this.#port = port;
    this.#topic = topic;
    this.#lifetime = lifetime;
  }

  /**
   * Watches out for the verdict on a decision, from now on. `drop` it in the end.
   *
   * @throws KafkaFault
   */
  async watch(envelope: Envelope, partition: number): Promise<Watch> {
    clearTimeout(this.#idle);
    const watch = new Watch(envelope, partition);
    const { id } = envelope.name;
    const same = this.#watches.get(id);
    if (same === undefined) this.#watches.set(id, new Set([watch]));
    else same.add(watch);
    try {
      await this.#attached();
    } catch (error) {
      this.drop(watch);
      throw error;
    }
    return watch;
  }

  drop(watch: Watch): void {
    watch.giveUp();
    const { id } = watch.envelope.name;
    const same = this.#watches.get(id);
    same?.delete(watch);
    if (same?.size === 0) this.#watches.delete(id);
    if (this.#watches.size > 0) return;
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => void this.close(), IDLE_MS);
    this.#idle.unref();
  }

  /**
   * Looks through the verdicts since a time as well: where the same decision had been judged before, none comes any
   * more.
   *
   * @param sinceMs default: when the decision says it was taken
   */
  async search(watch: Watch, sinceMs = timeOf(watch.envelope)): Promise<void> {
    if (watch.isDone || sinceMs >= watch.searchedFromMs) return;
    watch.searchedFromMs = sinceMs;
    const search = { watch, from: Number.POSITIVE_INFINITY, isKnown: false };
    this.#searches.push(search);
    try {
      search.from = (await this.#port.offsetsAt(this.#topic, sinceMs - EARLIER_MS))[watch.partition] ?? search.from;
    } finally {
      search.isKnown = true;
    }
    await this.#rewind(watch.partition);
  }

  /** Begins the searches of a partition, all at once, unless earlier ones are still being read. */
  async #rewind(partition: number): Promise<void> {
    const reading = await this.#reading;
    const next = this.#next[partition] ?? 0;
    if (reading === undefined || next < (this.#end[partition] ?? 0)) return;
    const isReady = ({ watch, isKnown }: Search): boolean => isKnown && watch.partition === partition;
    const searches = this.#searches.filter(isReady);
    this.#searches = this.#searches.filter((search) => !isReady(search));
    let first = next;
    for (const { watch, from } of searches) {
      if (watch.isDone) continue;
      if (from < next) watch.rewound();
      else if (watch.isPassed) watch.giveUp();
      first = Math.min(first, from);
    }
    if (first === next) return;
    this.#end[partition] = next;
    this.#next[partition] = first;
    reading.seek(partition, first);
  }

  async close(): Promise<void> {
    clearTimeout(this.#idle);
    const reading = this.#reading;
    this.#reading = undefined;
    await (await reading?.catch(() => undefined))?.close();
  }

  #attached(): Promise<Reading> {
    this.#reading ??= this.#attach(undefined).catch((error: unknown) => {
      this.#reading = undefined;
      throw error;
    });
    return this.#reading;
  }

  async #attach(from: number[] | undefined): Promise<Reading> {
    if (from === undefined) this.#end = [];
    this.#next = from ?? (await this.#port.ranges(this.#topic)).map(({ end }) => end);
    return this.#port.read(this.#topic, {
      from: this.#next,
      onBatch: (partition, records) => Promise.resolve(this.#batch(partition, records)),
      onEnd: (fault) => void this.#lost(fault),
    });
  }

  /** Reading broke off: it goes on where it was as long as somebody waits. */
  async #lost(fault: KafkaFault): Promise<void> {
    const lost = await this.#reading?.catch(() => undefined);
    await lost?.close();
    if (this.#watches.size === 0 || this.#lifetime.closed || !fault.isPassing) {
      this.#reading = undefined;
      for (const watch of this.#all()) watch.fail(fault);
      return;
    }
    this.#reading = this.#again();
    await this.#reading.catch(() => {});
  }

  async #again(): Promise<Reading> {
    for (let attempt = 1; ; attempt++) {
      await this.#lifetime.sleep(backOffMs(attempt));
      try {
        return await this.#attach([...this.#next]);
      } catch (error) {
        if (this.#lifetime.closed || this.#watches.size === 0) {
          this.#reading = undefined;
          throw error;
        }
      }
    }
  }

  #batch(partition: number, records: readonly ReadRecord[]): void {
    for (const record of records) {
      const waiting = this.#waitingFor(record);
      if (waiting.length === 0) continue;
      const wire = verdictOfRecord(partition, record);
      if (wire !== undefined) for (const watch of waiting) watch.saw(wire);
    }
    this.#next[partition] = records.at(-1)!.offset + 1;
    if (this.#searches.length > 0) void this.#rewind(partition).catch(() => {});
    const watches = this.#all().filter((one) => one.partition === partition);
    if (watches.length === 0) return;
    const last = verdictOfRecord(partition, records.at(-1)!);
    const passed = last === undefined ? undefined : offsetOf(last);
    if (passed === undefined) return;
    for (const watch of watches) {
      watch.passed(passed);
      if (!watch.isPassed || watch.isDone) continue;
      if (this.#searches.some((search) => search.watch === watch)) continue;
      if (watch.searchedFromMs <= timeOf(watch.envelope)) watch.giveUp();
      else void this.search(watch).catch(() => {});
    }
  }

  #all(): Watch[] {
    const all: Watch[] = [];
    for (const same of this.#watches.values()) all.push(...same);
    return all;
  }

  #waitingFor({ headers }: ReadRecord): Watch[] {
    const id = headers['ce_causationid'];
    if (id !== undefined) return [...(this.#watches.get(id) ?? [])];
    return this.#all();
  }
}

function timeOf({ name }: Envelope): number {
  return (name.time === undefined ? undefined : parseTime(name.time)) ?? Number.POSITIVE_INFINITY;
}
