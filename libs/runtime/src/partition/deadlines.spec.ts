import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DAY_MS } from '../fixture/shop-model.js';
import { World } from '../fixture/world.js';

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => world.end());

/** Lets time pass and opens an epoch: an act of an operator asks for one. */
async function pass(days: number): Promise<void> {
  world.clock.advance(days * DAY_MS);
  const participant = `p-${world.clock.nowMs()}`;
  const { effectiveEpoch } = await world.backbone.operate({
    act: 'add-participant',
    participant,
    roles: ['buyer'],
    by: 'ops-1',
    because: 'an epoch',
  });
  await world.backbone.inForce(effectiveEpoch);
}

async function story(): Promise<string[]> {
  return (await world.journaled()).map(
    ({ verdict }) => `${verdict.subject!.id} ${verdict.type} ${new Date(verdict.atMs).toISOString().slice(0, 10)}`,
  );
}

async function placeAndShip(): Promise<void> {
  await world.start();
  for (const subject of ['b', 'a', 'ä', 'c']) await world.say({ type: 'order.place', subject });
  world.clock.advance(DAY_MS);
  await world.say({ type: 'order.ship', subject: 'c' });
}

describe('deadlines', () => {
  it('fire at the first barrier that has passed them, in order of deadline and subject', async () => {
    await placeAndShip();
    await pass(6.5);
    expect((await world.backbone.subject('c'))?.state).toBe('shipped');
    await pass(30);
    expect((await story()).slice(5)).toEqual([
      'c order.close 2026-04-08',
      'a order.lapse 2026-04-08',
      'b order.lapse 2026-04-08',
      'ä order.lapse 2026-04-08',
    ]);
    const last = (await world.journaled()).at(-1)!.verdict;
    expect(last).toMatchObject({
      source: '/clock',
      id: 'order.lapse/1',
      by: { id: '', role: 'clock' },
      road: { via: 'clock' },
      accepted: true,
    });
    expect(last.epoch).toBe(world.backbone.status().epoch);
    const folded = await world.folded();
    expect(await world.known(folded.keys())).toEqual(folded);
  });

  it('do not fire for who left the state in time, though the store still thinks so', async () => {
    await world.start({ tasks: { flushVerdicts: 1 } });
    await world.say({ type: 'order.place', subject: 'a' });
    await world.backbone.close();
    await world.start();
    world.clock.advance(31 * DAY_MS);
    await world.say({ type: 'order.cancel', subject: 'a' });
    await pass(1);
    expect(await story()).toEqual(['a order.place 2026-03-02', 'a order.cancel 2026-04-02']);
  });

  it.each(['before', 'after'])('are finished after a crash %s their block was written', async (when) => {
    await placeAndShip();
    await pass(37);
    const whole = await story();

    // The same again, except that the process dies after the barrier's own block.
    world = new World();
    await placeAndShip();
    let blocks = 0;
    let stopped: () => void;
    const stop = new Promise<void>((resolve) => (stopped = resolve));
    world.journal.fault = async (stream, block) => {
      if (stream !== 'verdicts-0' || ++blocks === 1) return 'none';
      if (when === 'after') await world.journal.below.append(stream, block);
      stopped();
      return new Promise(() => undefined);
    };
    void pass(37);
    await stop;
    world.die();
    world.clock.advance(DAY_MS);
    await world.start();
    expect(await story()).toEqual(whole);
    const folded = await world.folded();
    expect(await world.known(folded.keys())).toEqual(folded);
  });

  it('fire in as many blocks as they need', async () => {
    await world.start();
    const count = 2_500;
    await world.backbone.submitAll(
      Array.from({ length: count }, (_, n) => ({
        event: world.event({ type: 'order.place', subject: `o-${n}` }),
        authentication: { how: 'none' as const },
      })),
    );
    await pass(31);
    const fired = (await world.journaled()).filter(({ verdict }) => verdict.type === 'order.lapse');
    expect(fired).toHaveLength(count);
    const ids = fired.map(({ verdict }) => verdict.subject!.id);
    expect(ids).toEqual(ids.toSorted());
    await pass(31);
    expect(await world.journaled()).toHaveLength(2 * count);
  });
});

describe('barriers', () => {
  it('stand in every partition, in order, none left out, also after a stop', async () => {
    await world.start({ partitions: 3 });
    await pass(1);
    await pass(1);
    await world.backbone.close();
    await world.start({ partitions: 3 });
    await pass(1);
    const epochs: string[][] = [];
    for (const stream of ['verdicts-0', 'verdicts-1', 'verdicts-2']) {
      const lines = world.streams.blocks.get(stream)!.flatMap(({ bytes }) => Buffer.from(bytes).toString().split('\n'));
      epochs.push(lines.filter((line) => line.includes('"barrier"')).map((line) => line.slice(0, 28)));
    }
    const wanted = [1, 2, 3, 4].map((epoch) => `{"kind":"barrier","epoch":${epoch},`);
    expect(epochs).toEqual([wanted, wanted, wanted]);
  });
});
