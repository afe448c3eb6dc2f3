import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Answer, Submission } from '../backbone.js';
import type { AppendFault } from '../fixture/faults.js';
import { ANYBODY, codes, World, type Said } from '../fixture/world.js';

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => world.end());

async function sayAll(said: readonly Said[]): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let from = 0; from < said.length; from += 5_000) {
    const submissions: Submission[] = said
      .slice(from, from + 5_000)
      .map((one) => ({ event: world.event(one), authentication: ANYBODY }));
    for (const answer of await world.backbone.submitAll(submissions)) {
      if (answer instanceof Error) throw answer;
      answers.push(answer);
    }
  }
  return answers;
}

describe('with memory for few subjects', () => {
  it('every decision finds its subject as it was left, and memory stays bounded', async () => {
    await world.start({ subjectsInMemory: 8, partitions: 2 });
    const subjects = Array.from({ length: 300 }, (_, n) => `o-${(n * 7919) % 300}`);
    for (const type of ['order.place', 'order.note', 'order.ship', 'order.note']) {
      for (let from = 0; from < subjects.length; from += 13) {
        const answers = await sayAll(subjects.slice(from, from + 13).map((subject) => ({ type, subject })));
        expect(answers.every(({ verdict }) => verdict.accepted)).toBe(true);
      }
    }
    for (const { subjectsInMemory } of world.backbone.status().partitions) expect(subjectsInMemory).toBeLessThan(40);
    const folded = await world.folded(2);
    expect(folded.size).toBe(300);
    expect(await world.known(folded.keys())).toEqual(folded);
    world.die();
    await world.start({ subjectsInMemory: 8, partitions: 2 });
    expect(await world.known(folded.keys())).toEqual(folded);
    for (const { subjectsInMemory } of world.backbone.status().partitions) expect(subjectsInMemory).toBeLessThan(40);
  });

  it('duplicates are known whose subject and block are long out of memory', async () => {
    await world.start({ subjectsInMemory: 2 });
    const said = Array.from({ length: 200 }, (_, n) => ({ type: 'order.place', subject: `o-${n}`, id: `id-${n}` }));
    for (const one of said) await world.say(one);
    const again = [];
    for (const one of said) again.push(await world.say(one));
    expect(again.every(({ duplicate, verdict }) => duplicate && verdict.accepted)).toBe(true);
    expect(await world.journaled()).toHaveLength(200);
  });
});

describe('a subject of 10,000 decisions', () => {
  it('keeps them all in order, and knows each by its id', async () => {
    await world.start();
    await world.say({ type: 'order.place', subject: 'o1' });
    const said = Array.from({ length: 10_000 }, (_, n) => ({ type: 'order.note', subject: 'o1', id: `n-${n}` }));
    const answers = await sayAll(said);
    expect(answers.map(({ verdict }) => verdict.subject!.sequence)).toEqual(said.map((_, n) => n + 2));
    await world.backbone.close();
    await world.start();
    const again = await sayAll([said[0]!, said[4_321]!, said[9_999]!]);
    expect(again.map(({ duplicate, verdict }) => [duplicate, verdict.subject!.sequence])).toEqual([
      [true, 2],
      [true, 4_323],
      [true, 10_001],
    ]);
    const { verdict } = await world.say({ ...said[5]!, data: { text: 'other' } });
    expect(codes(verdict)).toEqual(['id-conflict']);
    const page = await world.backbone.history('o1', answers[9_000]!.verdict.revision, 3);
    expect(page.map(({ subject }) => subject!.sequence)).toEqual([9_003, 9_004, 9_005]);
    const [found] = await world.backbone.findDecision('seller-1', 'n-77', 'o1');
    expect(found?.subject?.sequence).toBe(79);
  });
});

describe('reading', () => {
  it('sees the newest durable state, not what is still to be written', async () => {
    await world.start();
    await world.say({ type: 'order.place', subject: 'o1' });
    let release: () => void;
    const released = new Promise<void>((resolve) => (release = resolve));
    let began: () => void;
    const writing = new Promise<void>((resolve) => (began = resolve));
    world.journal.fault = async (): Promise<AppendFault> => {
      began();
      await released;
      return 'none';
    };
    const shipped = world.say({ type: 'order.ship', subject: 'o1' });
    await writing;
    let hasRead = false;
    const reading = world.backbone.subject('o1').finally(() => (hasRead = true));
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(hasRead).toBe(false);
    release!();
    await shipped;
    expect((await reading)?.state).toBe('shipped');
  });

  it('finds verdicts by page, place and decision', async () => {
    await world.start();
    const answers = await sayAll(
      Array.from({ length: 30 }, (_, n) => ({ type: 'order.place', subject: `o-${n}`, id: `id-${n % 10}` })),
    );
    const [first] = answers;
    const page = await world.backbone.verdicts(0, 0, 7);
    expect(page.verdicts.map(({ revision }) => revision)).toEqual(
      answers.slice(0, 7).map(({ verdict }) => verdict.revision),
    );
    const rest = await world.backbone.verdicts(0, page.next, 100);
    expect(rest.verdicts).toHaveLength(23);
    expect(await world.backbone.verdicts(0, rest.next, 100)).toEqual({ verdicts: [], next: rest.next });
    expect(await world.backbone.verdict(0, first!.verdict.revision)).toEqual(first!.verdict);
    expect(await world.backbone.verdict(0, 0)).toBeUndefined();
    const found = await world.backbone.findDecision('buyer-1', 'id-3');
    expect(found.map(({ subject }) => subject!.id)).toEqual(['o-3', 'o-13', 'o-23']);
  });

  it('counts what the model has no answer for, and which contracts are used', async () => {
    await world.start();
    await sayAll([
      { type: 'order.place', subject: 'o1' },
      { type: 'order.cancel', subject: 'o1' },
      { type: 'order.vanish', subject: 'o1' },
      { type: 'order.vanish', subject: 'o2', by: 'seller-2' },
    ]);
    const edges = await world.backbone.edges();
    expect(edges[0]).toMatchObject({
      signature: 'order.vanish unknown-type',
      count: 2,
      participants: ['seller-1', 'seller-2'],
    });
    expect(await world.backbone.contractUse()).toEqual({ 'order.place': { 1: 1 }, 'order.cancel': { 1: 1 } });
    await sayAll([{ type: 'order.place', subject: 'o3' }]);
    expect(await world.backbone.contractUse()).toMatchObject({ 'order.place': { 1: 2 } });
  });

  it('answers a dry run without a trace', async () => {
    await world.start();
    const said = { type: 'order.place', subject: 'o1', id: 'a' };
    const dry = await world.backbone.dryRun(world.event(said), ANYBODY);
    expect(dry).toMatchObject({ accepted: true, subject: { state: 'placed' }, revision: -1, position: '' });
    expect(await world.backbone.subject('o1')).toBeUndefined();
    expect(await world.journaled()).toEqual([]);
    const real = await world.say(said);
    expect(await world.backbone.dryRun(world.event(said), ANYBODY)).toEqual(real.verdict);
  });
});
