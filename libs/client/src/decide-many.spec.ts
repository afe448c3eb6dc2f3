import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connect, type Decision, type Tutti } from './index.js';
import { breaksOff, json, refuses, ServerDouble, type Trouble } from './testing/server-double.js';

let backbone: ServerDouble;
let tutti: Tutti;

beforeEach(async () => {
  backbone = await ServerDouble.start();
  tutti = await connect({ url: backbone.url, participant: 'hospital', timeoutMs: 5_000 });
});

afterEach(async () => {
  await tutti.close();
  await backbone.stop();
});

function log(rows: number, subjects: number): Decision[] {
  return Array.from({ length: rows }, (_, row) => ({
    type: 'case.step',
    subject: `case-${row % subjects}`,
    id: String(row),
    time: new Date(row),
    data: { row },
    participant: `group-${row % 3}`,
  }));
}

async function decideAll(decisions: Iterable<Decision> | AsyncIterable<Decision>, batch = 20): Promise<number[]> {
  const rows: number[] = [];
  for await (const { decision, verdict } of tutti.decideMany(decisions, { batch })) {
    expect(verdict.decision.id).toBe(decision.id);
    rows.push(Number(decision.id));
  }
  return rows;
}

function orderWithinSubjects(): void {
  const last = new Map<unknown, number>();
  for (const { decision } of backbone.journal) {
    const { subject, id } = decision as { subject: string; id: string };
    expect(Number(id)).toBeGreaterThan(last.get(subject) ?? -1);
    last.set(subject, Number(id));
  }
}

describe('decideMany', () => {
  it('gives every verdict in the order given, and keeps the order within subjects', async () => {
    expect(await decideAll(log(500, 17))).toEqual(Array.from({ length: 500 }, (_, i) => i));
    expect(backbone.journal).toHaveLength(500);
    orderWithinSubjects();
    expect(backbone.received[7]).not.toHaveProperty('basedon');
    expect(new Set(backbone.received.map(({ source }) => source))).toEqual(
      new Set(['/participants/group-0', '/participants/group-1', '/participants/group-2']),
    );
    const posts = backbone.requests.filter(({ method }) => method === 'POST');
    expect(posts.length).toBeLessThan(100);
  });

  it('takes a source that comes bit by bit, and none', async () => {
    async function* slowly(): AsyncGenerator<Decision> {
      for (const decision of log(30, 4)) {
        await new Promise((resolve) => setImmediate(resolve));
        yield decision;
      }
    }
    expect(await decideAll(slowly())).toHaveLength(30);
    expect(await decideAll([])).toEqual([]);
  });

  it('sends again only what was not answered', async () => {
    let asked = 0;
    backbone.trouble(breaksOff, refuses(503, 'unavailable'), (request, response) => {
      const events = JSON.parse((request as unknown as { text: string }).text) as { id: string }[];
      asked = events.length;
      const answers = events.map((event, i) =>
        i === 0 ? backbone.judge(event as never).verdict : { code: 'unavailable', status: 503, recorded: false },
      );
      json(response, 200, answers);
    });
    expect(await decideAll(log(100, 1))).toHaveLength(100);
    expect(asked).toBeGreaterThan(0);
    expect(backbone.received).toHaveLength(100);
    expect(new Set(backbone.received.map(({ id }) => id)).size).toBe(100);
    orderWithinSubjects();
  });

  it('importing again changes nothing', async () => {
    await decideAll(log(50, 5));
    await decideAll(log(50, 5));
    expect(backbone.journal).toHaveLength(50);
  });

  it('sends again what is durable and not judged yet: it gets its verdict then', async () => {
    const asked: unknown[] = [];
    backbone.trouble((request, response) => {
      asked.push(request.headers['prefer']);
      const events = JSON.parse((request as unknown as { text: string }).text) as { id: string }[];
      const verdicts = events.map((event) => backbone.judge(event as never).verdict);
      const late = { input: { topic: 'shop.decisions', partition: 0, offset: 7 } };
      json(response, 202, [verdicts[0], ...events.slice(1).map(() => late)]);
    });
    expect(await decideAll(log(10, 1), 5)).toEqual(Array.from({ length: 10 }, (_, i) => i));
    expect(asked).toEqual(['return=minimal, wait=4']);
    expect(backbone.journal).toHaveLength(10);
    orderWithinSubjects();
  });

  it('finds the one that spoils a batch: those before it are answered', async () => {
    const spoils = 33;
    const judge = backbone.judge.bind(backbone);
    backbone.judge = (event) => {
      if (event['id'] === String(spoils)) throw new Error('not to be judged');
      return judge(event);
    };
    const check = (request: unknown, response: Parameters<typeof json>[0]): void => {
      const events = JSON.parse((request as { text: string }).text) as { id: string }[];
      if (events.some(({ id }) => id === String(spoils))) json(response, 413, { code: 'too-large', status: 413 });
      else
        json(
          response,
          200,
          events.map((event) => backbone.judge(event as never).verdict),
        );
    };
    backbone.trouble(...Array.from({ length: 100 }, () => check));
    const rows: number[] = [];
    const deciding = async (): Promise<void> => {
      for await (const { decision } of tutti.decideMany(log(60, 1), { batch: 16 })) rows.push(Number(decision.id));
    };
    await expect(deciding()).rejects.toMatchObject({ code: 'too-large' });
    expect(rows).toEqual(Array.from({ length: spoils }, (_, i) => i));
    expect(backbone.journal.map(({ decision }) => Number((decision as { id: string }).id))).toEqual(rows);
  });

  it('sends no more once its reader leaves', async () => {
    for await (const { verdict } of tutti.decideMany(log(10_000, 3), { batch: 10 })) {
      expect(verdict.accepted).toBe(true);
      break;
    }
    expect(backbone.journal.length).toBeLessThan(1_000);
  });

  it('answers every decision once and in order, whatever is lost on the way', async () => {
    const loses: Trouble = (request) => {
      for (const event of JSON.parse((request as unknown as { text: string }).text)) backbone.judge(event);
      request.socket.destroy();
    };
    const troubles = [
      breaksOff,
      loses,
      refuses(503, 'unavailable'),
      refuses(429, 'overloaded', { 'retry-after': '0' }),
    ];
    const shape = fc.record({
      rows: fc.integer({ min: 0, max: 60 }),
      subjects: fc.integer({ min: 1, max: 5 }),
      batch: fc.integer({ min: 1, max: 20 }),
      lanes: fc.integer({ min: 1, max: 4 }),
      lost: fc.array(fc.constantFrom(...troubles), { maxLength: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(shape, async ({ rows, subjects, batch, lanes, lost }) => {
        backbone.journal.length = 0;
        backbone.trouble(...lost);
        const answered: string[] = [];
        for await (const { decision } of tutti.decideMany(log(rows, subjects), { batch, lanes }))
          answered.push(decision.id!);
        backbone.clearTroubles();
        expect(answered).toEqual(Array.from({ length: rows }, (_, row) => String(row)));
        expect(backbone.journal).toHaveLength(rows);
        orderWithinSubjects();
      }),
      { numRuns: 25 },
    );
  });
});
