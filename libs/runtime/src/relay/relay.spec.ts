import { TuttiError } from '@tutti/kernel';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SampleStream } from '../fixture/verdict-stream.js';
import { MemoryJournal, MemoryStreams } from '../journal/memory-journal.js';
import { MemoryBroker } from '../log/memory-log.js';
import type { Log, LogRecord, NewRecord } from '../ports/log.js';
import { Relay } from './relay.js';
import { revisionOf } from './verdict-record.js';

const TOPIC = 'shop.verdicts';

let streams: MemoryStreams;
let broker: MemoryBroker;
const relays: Relay[] = [];

beforeEach(() => {
  streams = new MemoryStreams();
  broker = new MemoryBroker();
  broker.createTopic(TOPIC, 2);
});
afterEach(async () => {
  await Promise.all(relays.splice(0).map((relay) => relay.close()));
});

function relayOf(partitions: number[], log: Log = broker.client()): Relay {
  const relay = new Relay({ journal: new MemoryJournal(streams), log, space: 'shop', partitions });
  relays.push(relay);
  return relay;
}

const sampleStream = (partition = 0): SampleStream => new SampleStream(new MemoryJournal(streams), partition);
const topic = (partition = 0): readonly LogRecord[] => broker.partitionsOf(TOPIC)[partition]!.records;
const revisions = (partition = 0): number[] => topic(partition).map(({ headers }) => revisionOf(headers)!);

/** What a consumer keeps by the skip rule. */
function kept(all: readonly number[]): number[] {
  let last = -1;
  return all.filter((revision) => (revision > last ? ((last = revision), true) : false));
}

/** A log whose sends go wrong as told. */
class FaultyLog implements Log {
  fault: () => 'none' | 'before' | 'after' = () => 'none';
  constructor(private readonly below: Log = broker.client()) {}
  async send(name: string, partition: number, records: readonly NewRecord[]): Promise<number[]> {
    const fault = this.fault();
    const away = new TuttiError('log-unavailable', 'the log is away', { retryable: true });
    if (fault === 'before') throw away;
    const offsets = await this.below.send(name, partition, records);
    if (fault === 'after') throw away;
    return offsets;
  }
  partitions = (name: string) => this.below.partitions(name);
  tail = (name: string, partition: number) => this.below.tail(name, partition);
  range = (name: string, partition: number) => this.below.range(name, partition);
  consume: Log['consume'] = (name, group, handler) => this.below.consume(name, group, handler);
  close = () => this.below.close();
}

describe('the relay', () => {
  it('sends verdicts, in order, to the partition of the same number, and nothing else', async () => {
    const [zero, one] = [sampleStream(0), sampleStream(1)];
    await zero.append();
    await zero.append({ barrier: 1 }, { id: 'a' });
    await zero.append({ id: 'b' }, { duplicate: 3, offset: 4 }, { id: 'c' });
    await one.append({ id: 'd' });
    relayOf([0, 1]);
    await vi.waitUntil(() => topic(0).length === 3 && topic(1).length === 1);
    expect(revisions(0)).toEqual([3, 5, 7]);
    expect(topic(1)[0]!.headers['ce_causationid']!.toString()).toBe('d');
    await zero.append({ id: 'e' });
    await vi.waitUntil(() => topic(0).length === 4);
    expect(revisions(0)).toEqual([3, 5, 7, 9]);
  });

  it('goes on after the topic’s tail', async () => {
    const stream = sampleStream();
    await stream.append({ id: 'a' }, { id: 'b' });
    const first = relayOf([0]);
    await vi.waitUntil(() => topic().length === 2);
    await first.close();
    await stream.append({ id: 'c' });
    const second = relayOf([0]);
    await vi.waitUntil(() => topic().length === 3);
    expect(revisions()).toEqual([1, 2, 4]);
    expect(second.status().partitions).toEqual([{ partition: 0, revision: 4, sent: 1 }]);
  });

  it('waits for a log that is away, says so, and sends all of it then', async () => {
    const log = new FaultyLog();
    const stream = sampleStream();
    let failures = 3;
    log.fault = () => (failures-- > 0 ? 'before' : 'none');
    const relay = relayOf([0], log);
    await stream.append({ id: 'a' });
    await vi.waitUntil(() => relay.status().problems.length > 0);
    expect(relay.status().problems[0]).toMatchObject({ code: 'log-unavailable' });
    await stream.append({ id: 'b' });
    await vi.waitUntil(() => topic().length === 2);
    expect(revisions()).toEqual([1, 3]);
    await vi.waitUntil(() => relay.status().problems.length === 0);
  });

  it('waits for a topic that is not there yet', async () => {
    broker = new MemoryBroker();
    const stream = sampleStream();
    await stream.append({ id: 'a' });
    const relay = relayOf([0]);
    await vi.waitUntil(() => relay.status().problems.length > 0);
    expect(relay.status().problems[0]).toMatchObject({ code: 'unknown-topic' });
    broker.createTopic(TOPIC, 1);
    await vi.waitUntil(() => topic().length === 1);
  });

  it('sends nothing to a topic of another history', async () => {
    const stream = sampleStream();
    await stream.append({ id: 'a' }, { id: 'b' });
    const first = relayOf([0]);
    await vi.waitUntil(() => topic().length === 2);
    await first.close();
    streams = new MemoryStreams();
    await sampleStream().append({ id: 'other' });
    const relay = relayOf([0]);
    await vi.waitUntil(() => relay.status().problems.length > 0);
    expect(relay.status().problems[0]).toMatchObject({ code: 'topic-ahead' });
    expect(topic()).toHaveLength(2);
  });

  it('sends no more of a partition that was taken away, and goes on when it comes back', async () => {
    const stream = sampleStream();
    const relay = relayOf([0]);
    await stream.append({ id: 'a' });
    await vi.waitUntil(() => topic().length === 1);
    await relay.remove(0);
    await stream.append({ id: 'b' });
    expect(relay.status().partitions).toEqual([]);
    expect(topic()).toHaveLength(1);
    relay.add(0);
    await vi.waitUntil(() => topic().length === 2);
  });

  it('leaves no gap and, after the skip rule, no repetition, whatever goes wrong and however many relay at once', async () => {
    const faults = fc.array(fc.constantFrom('none' as const, 'before' as const, 'after' as const), { maxLength: 12 });
    const blocks = fc.array(fc.nat(3), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(blocks, faults, fc.nat(6), fc.nat(6), async (sizes, plan, killAt, secondAt) => {
        streams = new MemoryStreams();
        broker = new MemoryBroker();
        broker.createTopic(TOPIC, 1);
        const stream = sampleStream();
        const log = new FaultyLog();
        let call = 0;
        log.fault = () => plan[call++] ?? 'none';
        const expected: number[] = [];
        let current = relayOf([0], log);
        for (const [index, size] of sizes.entries()) {
          const samples = Array.from({ length: size }, (_, i) => ({ id: `${index}-${i}` }));
          expected.push(...(await stream.append(...samples)));
          if (index === secondAt) relayOf([0], log);
          if (index === killAt) {
            await current.close();
            current = relayOf([0], log);
          }
        }
        await vi.waitUntil(() => kept(revisions()).length === expected.length, { timeout: 5_000 });
        await Promise.all(relays.splice(0).map((relay) => relay.close()));
        expect(kept(revisions())).toEqual(expected);
      }),
      { numRuns: 25 },
    );
  });
});
