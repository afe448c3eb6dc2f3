import { JournalUnavailableError, makeBlock, RevisionConflictError, type Block } from '@tutti/runtime/journal';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Sessions } from '../connection/sessions.js';
import { AppendQueue, WRITERS } from './append-queue.js';

/** A round trip under way: the streams of its blocks, and how it is answered. */
interface Trip {
  streams: string[];
  answer(outcomes: number[]): void;
  fail(error: Error): void;
}

let trips: Trip[];
let grown: string[][];
let queue: AppendQueue;

beforeEach(() => {
  trips = [];
  grown = [];
  const query = (_: unknown, [names]: Buffer[]): Promise<unknown> => {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const answer = (outcomes: number[]): void => resolve({ rows: [{ outcomes: outcomes.join(',') }] });
    trips.push({ streams: textsOf(names!), answer, fail: reject });
    return promise;
  };
  const statement = { name: 'append', text: '' };
  queue = new AppendQueue({ query } as unknown as Sessions, statement, 'here', (streams) => grown.push(streams));
});

describe('what is asked for in one turn', () => {
  it('goes in one round trip, sorted by stream, and each block has its own outcome', async () => {
    const appends = ['b', 'a', 'c', 'b'].map((stream, index) => queue.append(stream, block(index * 2)));
    await turn();
    expect(trips.map(({ streams }) => streams)).toEqual([['a', 'b', 'b', 'c']]);
    trips[0]!.answer([-1, -1, 7, -1]);
    await expect(appends[3]).rejects.toMatchObject({ code: 'revision-conflict', stream: 'b', expected: 6, actual: 7 });
    await expect(appends[3]).rejects.toBeInstanceOf(RevisionConflictError);
    await Promise.all(appends.slice(0, 3));
    expect(grown).toEqual([['a', 'b', 'c']]);
  });
});

describe('while a round trip is under way', () => {
  it('its streams wait and gather, others go at once', async () => {
    const first = queue.append('a', block(0));
    await turn();
    const behind = [queue.append('a', block(2)), queue.append('a', block(4))];
    const other = queue.append('b', block(0));
    await turn();
    expect(trips.map(({ streams }) => streams)).toEqual([['a'], ['b']]);
    trips[0]!.answer([-1]);
    await first;
    await turn();
    expect(trips[2]!.streams).toEqual(['a', 'a']);
    trips[1]!.answer([-1]);
    trips[2]!.answer([-1, -1]);
    await Promise.all([other, ...behind]);
  });

  it('there are no more of them than connections', async () => {
    const appends = [];
    for (const stream of ['a', 'b', 'c', 'd']) {
      appends.push(queue.append(stream, block(0)));
      await turn();
    }
    expect(trips).toHaveLength(WRITERS);
    trips[0]!.answer([-1]);
    await appends[0];
    await turn();
    expect(trips.at(-1)!.streams).toEqual(['c', 'd']);
  });

  it('what waits behind one that fails is told so, and not that it conflicts', async () => {
    const away = new JournalUnavailableError('away');
    const appends = [queue.append('a', block(0))];
    await turn();
    appends.push(queue.append('a', block(2)));
    const other = queue.append('b', block(0));
    await turn();
    trips[0]!.fail(away);
    await expect(appends[0]).rejects.toBe(away);
    await expect(appends[1]).rejects.toMatchObject({ code: 'journal-unavailable', retryable: true, cause: away });
    trips[1]!.answer([-1]);
    await other;
    // and the stream can be appended to again
    const again = queue.append('a', block(0));
    await turn();
    trips[2]!.answer([-1]);
    await again;
  });
});

describe('large appends', () => {
  it('are spread over several round trips, in order', async () => {
    const large = Array.from({ length: 20 }, (_, index) => block(index * 2, 500_000));
    const appends = Promise.all(large.map((one) => queue.append('a', one)));
    let sent = 0;
    while (sent < large.length) {
      await turn();
      const trip = trips.at(-1)!;
      expect(trip.streams.length).toBeLessThanOrEqual(12);
      sent += trip.streams.length;
      trip.answer(trip.streams.map(() => -1));
    }
    await appends;
    expect(trips.length).toBeGreaterThan(1);
  });
});

describe('drained', () => {
  it('resolves when all that was asked for has its outcome', async () => {
    await queue.drained();
    const append = queue.append('a', block(0));
    let done = false;
    const drained = queue.drained().then(() => (done = true));
    await turn();
    expect(done).toBe(false);
    trips[0]!.answer([-1]);
    await append;
    await drained;
  });
});

function block(first: number, noise = 0): Block {
  let state = first + 1;
  let text = '';
  while (text.length < noise) {
    state = (state * 48_271) % 2_147_483_647;
    text += state.toString(36);
  }
  const lines = [JSON.stringify({ kind: 'sample', text })];
  return makeBlock({ stream: 'any', first, term: 1, next: null, atMs: 0, engine: 'test', lines });
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Elements of an array in PostgreSQL's binary form. */
function textsOf(array: Buffer): string[] {
  const texts: string[] = [];
  for (let at = 20; at < array.length;) {
    const length = array.readInt32BE(at);
    texts.push(array.toString('utf8', at + 4, at + 4 + length));
    at += 4 + length;
  }
  return texts;
}
