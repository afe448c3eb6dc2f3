import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { shopModel } from '../fixture/shop-model.js';
import { World } from '../fixture/world.js';

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => world.end());

const hourly = shopModel((definition) => {
  definition.epochMs = 3_600_000;
});

async function addParticipant(n: number): Promise<number> {
  const done = await world.backbone.operate({
    act: 'add-participant',
    participant: `p-${n}`,
    roles: ['buyer'],
    by: 'ops-1',
    because: 'spec',
  });
  return done.effectiveEpoch;
}

describe('an epoch is opened', () => {
  it('when the model says, and not before', async () => {
    await world.start({ definition: hourly });
    world.clock.advance(3_599_999);
    await world.say({ type: 'order.place', subject: 'o1' });
    expect(world.backbone.control().epoch).toBe(1);
    world.clock.advance(1);
    await world.backbone.inForce(2);
    expect(world.backbone.regime()).toMatchObject({ epoch: 2, atMs: world.clock.nowMs() });
  });

  it('when an act waits, but never faster than the minimum', async () => {
    await world.start({ definition: hourly, pace: { minimumMs: 200 } });
    expect(await addParticipant(1)).toBe(2);
    expect(await addParticipant(2)).toBe(2);
    expect(world.backbone.control().epoch).toBe(1);
    world.clock.advance(199);
    expect(world.backbone.control().epoch).toBe(1);
    world.clock.advance(1);
    await world.backbone.inForce(2);
    expect([...world.backbone.regime().participants.keys()]).toEqual(['p-1', 'p-2']);
    expect(world.backbone.control().epoch).toBe(2);
  });

  it('after so many decisions', async () => {
    await world.start({ definition: hourly, pace: { minimumMs: 0, decisionsMax: 3 } });
    await world.backbone.inForce(1);
    const { epoch } = world.backbone.control();
    for (let n = 0; n < 3; n++) await world.say({ type: 'order.place', subject: `o${n}` });
    await world.backbone.inForce(epoch + 1);
    expect(world.backbone.control().epoch).toBeGreaterThan(epoch);
  });

  it('in spite of a journal that is away for a while', async () => {
    await world.start({ definition: hourly });
    let failures = 2;
    world.journal.fault = (stream) => (stream === 'control' && failures-- > 0 ? 'before' : 'none');
    world.clock.advance(3_600_000);
    await world.backbone.inForce(2);
    expect(failures).toBeLessThanOrEqual(0);
    expect(world.backbone.status().problems).toEqual([]);
  });
});

describe('verdicts around a barrier', () => {
  it('belong to the epoch that was in force when they were recorded', async () => {
    await world.start({ definition: hourly });
    const before = world.say({ type: 'order.place', subject: 'o1' });
    world.clock.advance(3_600_000);
    const later = world.say({ type: 'order.note', subject: 'o1' });
    await world.backbone.inForce(2);
    expect((await before).verdict.epoch).toBe(1);
    expect((await later).verdict.subject!.sequence).toBe(2);
    expect((await world.say({ type: 'order.note', subject: 'o1' })).verdict.epoch).toBe(2);
    const epochs = (await world.journaled()).map(({ verdict }) => verdict.epoch);
    expect(epochs).toEqual(epochs.toSorted((a, b) => a - b));
  });
});
