import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { shopModel } from '../fixture/shop-model.js';
import { ANYBODY, codes, World } from '../fixture/world.js';

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => world.end());

describe('a decision', () => {
  it('gets one durable verdict', async () => {
    await world.start();
    const { verdict, duplicate } = await world.say({ type: 'order.place', subject: 'o1', data: { total: 42 } });
    expect(verdict).toMatchObject({
      accepted: true,
      contract: 'order.place@1',
      model: 1,
      epoch: 1,
      subject: { id: 'o1', type: 'order', sequence: 1, state: 'placed', keeps: { total: 42 } },
      moved: { from: 'new', to: 'placed' },
      input: { via: 'http' },
      partition: 0,
    });
    expect(duplicate).toBe(false);
    expect((await world.journaled()).map(({ revision }) => revision)).toEqual([verdict.revision]);
  });

  it('has a text that says what its verdict says', async () => {
    await world.start();
    const answer = await world.say({ type: 'order.ship', subject: 'o1' });
    expect(answer.verdict.accepted).toBe(false);
    expect(JSON.parse(answer.text())).toEqual(answer.verdict);
  });

  it('is answered again by the first verdict, in the same batch and later', async () => {
    await world.start();
    const event = world.event({ type: 'order.place', subject: 'o1', id: 'a' });
    const answers = await world.backbone.submitAll([event, event].map((e) => ({ event: e, authentication: ANYBODY })));
    const [first, second] = answers as { verdict: unknown; duplicate: boolean }[];
    const third = await world.backbone.submit(event, ANYBODY);
    expect([first!.duplicate, second!.duplicate, third.duplicate]).toEqual([false, true, true]);
    expect(second!.verdict).toEqual(first!.verdict);
    expect(third.verdict).toEqual(first!.verdict);
    expect(await world.journaled()).toHaveLength(1);
  });

  it('is refused where its id was used for other content', async () => {
    await world.start();
    await world.say({ type: 'order.place', subject: 'o1', id: 'a', data: { total: 1 } });
    const { verdict } = await world.say({ type: 'order.place', subject: 'o1', id: 'a', data: { total: 2 } });
    expect(codes(verdict)).toEqual(['id-conflict']);
  });
});

describe('starting', () => {
  it('refuses another space, partition count or trust than journaled', async () => {
    await world.start();
    await world.backbone.close();
    await expect(world.start({ space: 'other' })).rejects.toMatchObject({ code: 'space-differs' });
    await expect(world.start({ partitions: 2 })).rejects.toMatchObject({ code: 'partitions-differ' });
    await expect(world.start({ trust: 'signed' })).rejects.toMatchObject({ code: 'trust-differs' });
  });

  it('without a model takes no decisions, until one is published', async () => {
    await world.start({ model: undefined } as never);
    expect(world.backbone.status()).toMatchObject({ ready: false, problems: [{ code: 'no-model' }] });
    await expect(world.say({ type: 'order.place', subject: 'o1' })).rejects.toMatchObject({ code: 'no-model' });
    const { effectiveEpoch } = await world.backbone.operate({
      act: 'publish-model',
      definition: shopModel(),
      breaking: false,
      by: 'ops-1',
      because: 'first',
    });
    await world.backbone.inForce(effectiveEpoch);
    expect((await world.say({ type: 'order.place', subject: 'o1' })).verdict.accepted).toBe(true);
  });

  it('finds everything again after a stop', async () => {
    await world.start();
    await world.say({ type: 'order.place', subject: 'o1', id: 'a' });
    await world.backbone.close();
    await world.start();
    expect((await world.backbone.subject('o1'))?.state).toBe('placed');
    expect((await world.say({ type: 'order.place', subject: 'o1', id: 'a' })).duplicate).toBe(true);
    expect(world.backbone.status().partitions[0]).toMatchObject({ term: 2, epoch: 1 });
  });
});
