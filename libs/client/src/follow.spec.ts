import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connect, type CursorStore, type Tutti } from './index.js';
import { ServerDouble } from './testing/server-double.js';

let backbone: ServerDouble;
let tutti: Tutti;
let folder: string;

beforeEach(async () => {
  backbone = await ServerDouble.start();
  tutti = await connect({ url: backbone.url, participant: 'seller-3' });
  folder = await mkdtemp(join(tmpdir(), 'tutti-'));
});

afterEach(async () => {
  await tutti.close();
  await backbone.stop();
  await rm(folder, { recursive: true });
});

const event = (n: number, type = 'order.ship'): { id: string; [name: string]: string } => ({
  specversion: '1.0',
  id: String(n),
  type,
  subject: `order-${n % 2}`,
  source: '/participants/buyer-9',
});

function judge(...numbers: number[]): void {
  for (const n of numbers) backbone.judge(event(n));
}

/** Collects what a handler gets, and waits for so many. */
class Collected {
  readonly ids: number[] = [];
  #wake: () => void = () => {};

  readonly take = (verdict: { decision: { id?: string } }): void => {
    this.ids.push(Number(verdict.decision.id));
    this.#wake();
  };

  async until(count: number): Promise<number[]> {
    while (this.ids.length < count) await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.ids;
  }
}

describe('onVerdict', () => {
  it('hands out what is recorded from now on, and goes on where the connection broke', async () => {
    judge(1);
    const got = new Collected();
    const subscription = tutti.onVerdict({}, got.take);
    await subscription.started;
    judge(2, 3);
    await got.until(2);
    backbone.cutStreams();
    await backbone.until(() => backbone.streams === 0);
    judge(4);
    expect(await got.until(3)).toEqual([2, 3, 4]);
    expect(subscription.connected).toBe(true);
    await subscription.close();
    expect(subscription.connected).toBe(false);
    await subscription.done;
  });

  it('loses nothing where the connection breaks before the first verdict', async () => {
    const got = new Collected();
    await tutti.onVerdict({}, got.take).started;
    backbone.cutStreams();
    await backbone.until(() => backbone.streams === 0);
    judge(1);
    expect(await got.until(1)).toEqual([1]);
  });

  it('outlives the backbone', async () => {
    const got = new Collected();
    tutti.onVerdict({ since: 'start' }, got.take);
    judge(1);
    await got.until(1);
    const { port, journal } = backbone;
    await backbone.stop();
    backbone = await ServerDouble.start(port);
    backbone.journal.push(...journal);
    judge(2);
    expect(await got.until(2)).toEqual([1, 2]);
  });

  it('goes on from its cursor file in the next run', async () => {
    const resume = join(folder, 'deep', 'stop.cursor');
    const first = new Collected();
    const subscription = tutti.onVerdict({ since: 'start' }, first.take, { resume });
    judge(1, 2);
    await first.until(2);
    await subscription.close();
    expect(JSON.parse(await readFile(resume, 'utf8'))).toEqual({ cursor: '2' });
    judge(3);
    const second = new Collected();
    tutti.onVerdict({ since: 'start' }, second.take, { resume });
    expect(await second.until(1)).toEqual([3]);
  });

  it('gives a verdict again until its handler manages, one at a time, and saves no place before', async () => {
    const saved: string[] = [];
    const resume: CursorStore = {
      load: async () => undefined,
      save: async (cursor) => void saved.push(cursor),
    };
    const calls: number[] = [];
    const failures: number[] = [];
    const got = new Collected();
    const subscription = tutti.onVerdict(
      { since: 'start' },
      (verdict) => {
        calls.push(Number(verdict.decision.id));
        if (verdict.decision.id === '2' && calls.length < 4) {
          expect(saved).not.toContain('2');
          throw new Error('the printer is on fire');
        }
        got.take(verdict);
      },
      { resume, onError: (_, { attempt }) => void failures.push(attempt) },
    );
    judge(1, 2, 3);
    expect(await got.until(3)).toEqual([1, 2, 3]);
    expect(calls).toEqual([1, 2, 2, 2, 3]);
    expect(failures).toEqual([1, 2]);
    await subscription.close();
    expect(saved.at(-1)).toBe('3');
  });

  it('leaves a verdict out where its error handler says so', async () => {
    const got = new Collected();
    tutti.onVerdict(
      { since: 'start' },
      (verdict) => {
        if (verdict.decision.id === '1') throw new Error('no');
        got.take(verdict);
      },
      { onError: () => 'skip' },
    );
    judge(1, 2);
    expect(await got.until(1)).toEqual([2]);
  });

  it('narrows by several types and codes, the rest is the backbone’s', async () => {
    const got = new Collected();
    tutti.onVerdict({ since: 'start', types: ['order.refuse', 'order.cancel'], mine: true, accepted: false }, got.take);
    await backbone.until(() => backbone.streams === 1);
    backbone.judge(event(1));
    backbone.judge(event(2, 'order.refuse'));
    backbone.judge(event(3, 'order.cancel'));
    expect(await got.until(2)).toEqual([2, 3]);
    const { url } = backbone.requests.find((request) => request.url.includes('stream'))!;
    expect(url).toContain('mine=seller-3');
    expect(url).toContain('accepted=false');
    expect(url).not.toContain('type=');
  });

  it('ends where the backbone refuses its cursor, and says so', async () => {
    const told: unknown[] = [];
    const resume = join(folder, 'foreign.cursor');
    await writeFile(resume, '{"cursor":"foreign"}');
    const subscription = tutti.onVerdict({}, () => {}, {
      resume,
      onError: (error, about) => void told.push([error, about]),
    });
    await expect(subscription.done).rejects.toMatchObject({ code: 'malformed' });
    expect(told).toMatchObject([[{ code: 'malformed' }, { final: true }]]);
  });

  it('does not begin on a cursor file it cannot read', async () => {
    const resume = join(folder, 'torn.cursor');
    await writeFile(resume, '{"curs');
    const subscription = tutti.onVerdict({}, () => {}, { resume, onError: () => {} });
    await expect(subscription.done).rejects.toMatchObject({ code: 'cursor-unreadable', where: resume });
  });
});

describe('tail', () => {
  it('is left by break, and counts a verdict as done when the next is asked for', async () => {
    judge(1, 2, 3);
    const resume = join(folder, 'tail.cursor');
    const read = async (most: number): Promise<number[]> => {
      const ids: number[] = [];
      for await (const verdict of tutti.tail({ since: 'start' }, { resume })) {
        ids.push(Number(verdict.decision.id));
        if (ids.length === most) break;
      }
      return ids;
    };
    expect(await read(2)).toEqual([1, 2]);
    await backbone.until(() => backbone.streams === 0);
    expect(await read(2)).toEqual([2, 3]);
  });

  it('ends when the client is closed', async () => {
    const tail = tutti.tail();
    const next = tail.next();
    await backbone.until(() => backbone.streams === 1);
    await tutti.close();
    expect(await next).toEqual({ done: true, value: undefined });
  });
});
