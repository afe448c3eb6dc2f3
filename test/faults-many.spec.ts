import { readEvent } from '@tutti/contracts';
import { parseModel } from '@tutti/model';
import { SqliteJournal, SqliteSubjectStore } from '@tutti/adapter-sqlite';
import { type Backbone, createBackbone } from '@tutti/runtime';
import { startTutti, type TestTutti } from '@tutti/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { call, decide, decideAll, event } from '../services/standalone/src/testing/http.js';
import { expectAlive } from './support/hostile.js';
import { ShopFolder } from './support/shop-process.js';

let shop: ShopFolder;
beforeEach(() => {
  shop = new ShopFolder();
});
afterEach(() => shop.remove());

/** Notes may be added for ever. */
const NOTES = `tutti: 1
model: notes
roles: { writer: writes }
open: [writer]
interaction:
  note:
    states: [open]
    keeps: { lines: count(add), sum: sum(add.n) }
    decisions:
      begin: { by: writer, moves: new -> open }
      add: { by: writer, data: { n: { type: integer, minimum: 0 } } }
`;
const model = { yaml: NOTES, file: 'notes.tutti.yaml' };

describe('a subject of 10,000 decisions', () => {
  const add = (n: number) => event('w-1', 'note.add', 'long', { n }, { id: `n-${n}` });
  let one: TestTutti;
  afterEach(() => one.close());

  it('is paged whole, and knows each id, before and after a restart', async () => {
    one = await startTutti({ data: shop.data, model });
    expect((await decide(one.url, event('w-1', 'note.begin', 'long'))).status).toBe(201);
    for (let from = 0; from < 10_000; from += 1_000) {
      const events = Array.from({ length: 1_000 }, (_, i) => add(from + i));
      const verdicts = await decideAll(one.url, events, { prefer: 'return=minimal' });
      expect(verdicts.every(({ accepted }) => accepted)).toBe(true);
    }
    await check();
    await one.close();
    one = await startTutti({ data: shop.data, model });
    await check();
    expect((await decide(one.url, event('w-1', 'note.add', 'long', { n: 1 }, { id: 'n-77' }))).body.code).toBe(
      'id-conflict',
    );
    expect((await decide(one.url, event('w-1', 'note.add', 'long', { n: 1 }))).body.subject.sequence).toBe(10_002);
  });

  async function check(): Promise<void> {
    const ids: string[] = [];
    for (let after: number | undefined; ;) {
      const query = after === undefined ? '' : `&after=${after}`;
      const { body } = await call(one.url, `/v1/subjects/long/history?limit=1000${query}`);
      for (const { decision } of body.verdicts) ids.push(decision.id);
      after = body.next;
      if (after === undefined) break;
    }
    expect(ids.slice(1)).toEqual(Array.from({ length: 10_000 }, (_, n) => `n-${n}`));
    for (const n of [0, 4_999, 9_999]) {
      const again = await decide(one.url, { ...add(n), time: timeOf(await call(one.url, `/v1/decisions/w-1/n-${n}`)) });
      expect(again.headers.get('tutti-duplicate')).toBe('true');
      expect(again.body.subject.sequence).toBe(n + 2);
    }
    const { body } = await call(one.url, '/v1/subjects/long');
    expect(body).toMatchObject({ sequence: 10_001, keeps: { lines: 10_000, sum: 49_995_000 } });
  }

  const timeOf = ({ body }: Awaited<ReturnType<typeof call>>): string => body.decision.time as string;
});

describe('200,000 subjects', () => {
  const SUBJECTS = 200_000;
  const KEPT = 8_000;
  const time = new Date().toISOString();
  const bytes = (type: string, n: number, id: string, data: string) =>
    Buffer.from(
      `{"specversion":"1.0","id":"${id}","source":"/participants/w-1","type":"note.${type}","subject":"s-${n}","time":"${time}","data":${data}}`,
    );

  async function say(backbone: Backbone, type: string, numbers: readonly number[], id: string, data: string) {
    const submissions = numbers.map((n) => ({
      event: readEvent({ mode: 'structured', bytes: bytes(type, n, `${id}-${n}`, data) }),
      authentication: { how: 'none' } as const,
    }));
    const answers = await backbone.submitAll(submissions);
    return answers.map((answer) => {
      if (answer instanceof Error) throw answer;
      return answer;
    });
  }

  it('stay within the memory allowed; those let go come back as they were', async () => {
    const open = () =>
      createBackbone({
        space: 'notes',
        trust: 'network',
        journal: SqliteJournal.open(`${shop.folder}/journal.sqlite`),
        store: SqliteSubjectStore.open(`${shop.folder}/store.sqlite`),
        model: {
          definition: parseModel(NOTES, 'notes.tutti.yaml').definition!,
          by: 'spec',
          because: 'spec',
          evenIfChanged: false,
          breaking: false,
        },
        subjectsInMemory: KEPT,
      });
    const inMemory = (): number =>
      backbone.status().partitions.reduce((sum, { subjectsInMemory }) => sum + subjectsInMemory, 0);
    let backbone = await open();
    for (let from = 0; from < SUBJECTS; from += 4_000) {
      await say(
        backbone,
        'begin',
        Array.from({ length: 4_000 }, (_, i) => from + i),
        'b',
        '{}',
      );
      expect(inMemory()).toBeLessThanOrEqual(2 * KEPT);
    }
    // Spread over all, most of them long let go.
    const sample = Array.from({ length: 2_000 }, (_, i) => (i * 7_919) % SUBJECTS);
    const added = await say(backbone, 'add', sample, 'a', '{"n":3}');
    expect(added.every(({ verdict }) => verdict.accepted && verdict.subject?.sequence === 2)).toBe(true);
    const again = await say(backbone, 'begin', sample.slice(0, 300), 'b', '{}');
    expect(again.every(({ duplicate, verdict }) => duplicate && verdict.subject?.sequence === 1)).toBe(true);
    expect(inMemory()).toBeLessThanOrEqual(2 * KEPT);
    await backbone.close();

    backbone = await open();
    try {
      for (const n of sample.slice(0, 200)) {
        expect(await backbone.subject(`s-${n}`)).toMatchObject({ state: 'open', sequence: 2, keeps: { sum: 3 } });
      }
      expect(await backbone.subject('s-1')).toMatchObject({ state: 'open', sequence: 1 });
      expect(inMemory()).toBeLessThanOrEqual(2 * KEPT);
    } finally {
      await backbone.close();
    }
  });
});

describe('a process with the shop', () => {
  it('lives through a thousand subjects that only get rejections', async () => {
    const { url } = await shop.serve();
    const nobody = Array.from({ length: 1_000 }, (_, n) => event('x', 'order.ship', `never-${n}`, { carrier: 'c' }));
    const verdicts = await decideAll(url, nobody);
    expect(verdicts.every(({ accepted, subject }) => !accepted && subject?.sequence === 0)).toBe(true);
    expect((await call(url, '/v1/subjects/never-7')).body).toMatchObject({ state: 'new', sequence: 0 });
    await expectAlive(url);
  });
});
