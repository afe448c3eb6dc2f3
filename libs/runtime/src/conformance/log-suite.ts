import { describe, expect, it } from 'vitest';
import type { IntakeHandler, Log, LogRecord } from '../ports/log.js';
import { roomOf, type Ground } from './ground.js';

/** Room in which topics can be made. */
export interface LogGround extends Ground<Log> {
  /** Makes a topic of so many partitions, stamped by the broker's time of appending; gives its name. */
  createTopic(partitions: number): Promise<string>;
}

/**
 * What every log must do (DESIGN §2, §10). Run it on an adapter from its own specs; real brokers need a longer test
 * timeout.
 *
 * @param ground makes fresh room; `open` may be called several times on it
 */
export function describeLog(name: string, ground: () => Promise<LogGround>): void {
  describe(`log: ${name}`, () => {
    const room = roomOf<Log, LogGround>(ground);

    it('says how many partitions a topic has, and refuses a topic that is not there', async () => {
      const log = await room.open();
      const topic = await room.ground.createTopic(3);
      expect(await log.partitions(topic)).toBe(3);
      await expect(log.partitions(`${topic}-not`)).rejects.toMatchObject({ code: 'unknown-topic' });
    });

    it('gives back the last record of a partition, byte for byte', async () => {
      const log = await room.open();
      const topic = await room.ground.createTopic(2);
      expect(await log.tail(topic, 0)).toBeUndefined();
      const value = Buffer.from([0, 255, 10, 13, 0x7b]);
      const headers = { 'content-type': Buffer.from('application/json'), ce_id: Buffer.from('ü \u{1F600}') };
      await log.send(topic, 0, [record('a', 'first'), { key: Buffer.from('b'), value, headers }]);
      const tail = await log.tail(topic, 0);
      expect(tail).toMatchObject({ offset: 1 });
      expect(tail?.timestampMs).toBeGreaterThan(0);
      expect(tail?.key?.toString()).toBe('b');
      expect(tail?.value?.equals(value)).toBe(true);
      expect(texts(tail!.headers)).toEqual(texts(headers));
      expect(await log.tail(topic, 1)).toBeUndefined();
    });

    it('feeds a consumer what is there and what comes, in order, partition by partition', async () => {
      const log = await room.open();
      const topic = await room.ground.createTopic(2);
      await log.send(topic, 0, [record('a', 'a1'), record('a', 'a2')]);
      await log.send(topic, 1, [record('b', 'b1')]);
      const owner = new Owner();
      await log.consume(topic, 'group', owner);
      await owner.until(() => owner.values(0).length === 2 && owner.values(1).length === 1);
      await log.send(topic, 1, [record('b', 'b2'), record('b', 'b3')]);
      await log.send(topic, 0, [record('a', 'a3')]);
      await owner.until(() => owner.values(0).length === 3 && owner.values(1).length === 3);
      expect(owner.values(0)).toEqual(['a1', 'a2', 'a3']);
      expect(owner.values(1)).toEqual(['b1', 'b2', 'b3']);
      for (const partition of [0, 1]) {
        const offsets = owner.seen.get(partition)!.map(({ offset }) => offset);
        expect(offsets).toEqual([0, 1, 2]);
        expect(owner.highWatermarks.get(partition)).toBe(3);
      }
    });

    it('begins where the owner says', async () => {
      const log = await room.open();
      const topic = await room.ground.createTopic(1);
      await log.send(
        topic,
        0,
        Array.from({ length: 5 }, (_, index) => record('a', `${index}`)),
      );
      const owner = new Owner({ from: 3 });
      await log.consume(topic, 'group', owner);
      await owner.until(() => owner.values(0).length === 2);
      expect(owner.values(0)).toEqual(['3', '4']);
    });

    it('waits where the owner says the end', async () => {
      const log = await room.open();
      const topic = await room.ground.createTopic(1);
      await log.send(topic, 0, [record('a', 'before')]);
      const owner = new Owner({ from: 1 });
      await log.consume(topic, 'group', owner);
      await owner.until(() => owner.owned.has(0));
      await log.send(topic, 0, [record('a', 'after')]);
      await owner.until(() => owner.values(0).length === 1);
      expect(owner.values(0)).toEqual(['after']);
    });

    it('gives a batch again that failed, and nothing after it before it', async () => {
      const log = await room.open();
      const topic = await room.ground.createTopic(1);
      await log.send(topic, 0, [record('a', 'first')]);
      const owner = new Owner({ failures: 2 });
      await log.consume(topic, 'group', owner);
      await log.send(topic, 0, [record('a', 'second')]);
      await owner.until(() => owner.values(0).length === 2);
      expect(owner.values(0)).toEqual(['first', 'second']);
      expect(owner.failed).toBe(2);
    });

    it('gives one batch of a partition at a time', async () => {
      const log = await room.open();
      const topic = await room.ground.createTopic(1);
      const owner = new Owner();
      await log.consume(topic, 'group', owner);
      await Promise.all(Array.from({ length: 30 }, (_, index) => log.send(topic, 0, [record('a', `${index}`)])));
      await owner.until(() => owner.values(0).length === 30);
      expect(owner.atOnce).toBe(1);
    });

    it('feeds two groups each with everything', async () => {
      const log = await room.open();
      const topic = await room.ground.createTopic(1);
      const [one, two] = [new Owner(), new Owner()];
      await log.consume(topic, 'one', one);
      await log.consume(topic, 'two', two);
      await log.send(topic, 0, [record('a', 'x')]);
      for (const owner of [one, two]) await owner.until(() => owner.values(0).length === 1);
    });

    describe('ownership', () => {
      it('of each partition is one member, handed over before it is taken on', async () => {
        const topic = await room.ground.createTopic(4);
        const log: string[] = [];
        const owners = ['one', 'two', 'three'].map((owner) => new Owner({ name: owner, log }));
        const stops: (() => Promise<void>)[] = [];
        for (const owner of owners) {
          const client = await room.open();
          stops.push(await client.consume(topic, 'group', owner));
          await owner.until(() => owner.owned.size > 0);
          await untilShared(owners, 4);
        }
        await stops[0]!();
        await untilShared(owners, 4);
        expect(owners[0]!.owned.size).toBe(0);
        const holder = new Map<string, string>();
        for (const entry of log) {
          const [owner, what, partition] = entry.split(' ') as [string, string, string];
          if (what === 'assigned') {
            expect(holder.get(partition), entry).toBeUndefined();
            holder.set(partition, owner);
          } else {
            expect(holder.get(partition), entry).toBe(owner);
            holder.delete(partition);
          }
        }
      });

      it('goes on elsewhere after a member has left, without a gap', async () => {
        const [first, second] = [await room.open(), await room.open()];
        const topic = await room.ground.createTopic(1);
        const old = new Owner();
        const stop = await first.consume(topic, 'group', old);
        await first.send(topic, 0, [record('a', 'x'), record('a', 'y')]);
        await old.until(() => old.values(0).length === 2);
        const young = new Owner({ from: 2 });
        await second.consume(topic, 'group', young);
        await stop();
        await second.send(topic, 0, [record('a', 'z')]);
        await young.until(() => young.values(0).length === 1);
        expect(young.values(0)).toEqual(['z']);
        expect(old.values(0)).toEqual(['x', 'y']);
      });

      it('ends when the client closes, after the batch under way', async () => {
        const log = await room.open();
        const topic = await room.ground.createTopic(1);
        const gate = Promise.withResolvers<void>();
        const owner = new Owner({ gate: gate.promise });
        await log.consume(topic, 'group', owner);
        await log.send(topic, 0, [record('a', 'x')]);
        await owner.until(() => owner.atOnce === 1);
        const closed = log.close();
        expect(owner.owned.has(0)).toBe(true);
        gate.resolve();
        await closed;
        expect(owner.values(0)).toEqual(['x']);
        expect(owner.owned.size).toBe(0);
      });
    });
  });
}

interface OwnerOptions {
  from?: number;
  /** How many batches fail before one goes through. */
  failures?: number;
  /** What a batch waits for. */
  gate?: Promise<void>;
  name?: string;
  /** Where assignments and revocations are written down, by all owners together. */
  log?: string[];
}

/** A handler that keeps what it is given. */
class Owner implements IntakeHandler {
  readonly seen = new Map<number, LogRecord[]>();
  readonly highWatermarks = new Map<number, number>();
  readonly owned = new Set<number>();
  failed = 0;
  /** Most batches of one partition at work at one time. */
  atOnce = 0;
  private readonly atWork = new Map<number, number>();
  private readonly waiting = new Set<() => void>();

  constructor(private readonly options: OwnerOptions = {}) {}

  async assigned(partition: number): Promise<number | undefined> {
    this.owned.add(partition);
    this.options.log?.push(`${this.options.name} assigned ${partition}`);
    this.changed();
    return this.options.from;
  }

  async batch(partition: number, records: LogRecord[], highWatermark: number): Promise<number | undefined> {
    const atWork = (this.atWork.get(partition) ?? 0) + 1;
    this.atWork.set(partition, atWork);
    this.atOnce = Math.max(this.atOnce, atWork);
    this.changed();
    await this.options.gate;
    this.atWork.set(partition, atWork - 1);
    if (this.failed < (this.options.failures ?? 0)) {
      this.failed += 1;
      throw new Error('not this time');
    }
    this.seen.set(partition, [...(this.seen.get(partition) ?? []), ...records]);
    this.highWatermarks.set(partition, highWatermark);
    this.changed();
    return records.at(-1)!.offset + 1;
  }

  async revoked(partition: number): Promise<void> {
    this.owned.delete(partition);
    this.options.log?.push(`${this.options.name} revoked ${partition}`);
    this.changed();
  }

  values(partition: number): string[] {
    return (this.seen.get(partition) ?? []).map(({ value }) => String(value));
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await this.nextChange();
  }

  nextChange(): Promise<void> {
    return new Promise((resolve) => this.waiting.add(resolve));
  }

  private changed(): void {
    for (const resolve of this.waiting) resolve();
    this.waiting.clear();
  }
}

/** Resolves when the owners hold all partitions among them. */
async function untilShared(owners: readonly Owner[], partitions: number): Promise<void> {
  while (owners.reduce((sum, { owned }) => sum + owned.size, 0) !== partitions) {
    await Promise.race(owners.map((owner) => owner.nextChange()));
  }
}

function record(key: string, value: string): { key: Buffer; value: Buffer; headers: Record<string, Buffer> } {
  return { key: Buffer.from(key), value: Buffer.from(value), headers: {} };
}

function texts(headers: Readonly<Record<string, Buffer>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.toString()]));
}
