import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OperatorAct } from '../control/operator-act.js';
import { decision, shopModel } from '../fixture/shop-model.js';
import { codes, World } from '../fixture/world.js';

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => world.end());

const why = { by: 'ops-1', because: 'spec' };

async function operate(act: OperatorAct, ifRevision?: number): Promise<{ controlRevision: number }> {
  const done = await world.backbone.operate(act, ifRevision);
  await world.backbone.inForce(done.effectiveEpoch);
  return done;
}

/** Cancelling is no longer possible; returning is. */
const second = shopModel(({ interaction: { order } }) => {
  delete order!.decisions['cancel'];
  order!.decisions['refuse'] = decision({ by: 'buyer', moves: [['placed', 'cancelled']] });
});

describe('a model that is published', () => {
  it('comes into force at the next barrier; subjects under way keep theirs', async () => {
    await world.start();
    await world.say({ type: 'order.place', subject: 'old' });
    await operate({ act: 'publish-model', definition: second, breaking: true, ...why });
    await world.say({ type: 'order.place', subject: 'young' });
    const old = await world.say({ type: 'order.cancel', subject: 'old' });
    const young = await world.say({ type: 'order.cancel', subject: 'young' });
    expect(old.verdict).toMatchObject({ accepted: true, model: 1, epoch: 2 });
    expect(young.verdict).toMatchObject({ accepted: false, model: 2, epoch: 2 });
    expect(codes(young.verdict)).toEqual(['unknown-type']);
    expect((await world.say({ type: 'order.refuse', subject: 'young', by: 'buyer-1' })).verdict.accepted).toBe(true);
    await world.backbone.close();
    await world.start();
    expect(world.backbone.regime()).toMatchObject({ model: 2, epoch: 2 });
    expect((await world.backbone.subject('old'))?.model).toBe(1);
  });

  it('is refused where it breaks what is in force, unless that is meant', async () => {
    await world.start();
    const act = { act: 'publish-model', definition: second, breaking: false, ...why } as const;
    await expect(world.backbone.operate(act)).rejects.toMatchObject({
      code: 'incompatible',
      facts: { differences: expect.arrayContaining([expect.objectContaining({ kind: 'decision-removed' })]) },
    });
    expect(world.backbone.control().model).toBe(1);
    await operate({ ...act, breaking: true });
    expect(world.backbone.control().model).toBe(2);
  });

  it('is refused where it does not compile; the old one stays', async () => {
    await world.start();
    const broken = shopModel(({ interaction: { order } }) => {
      order!.decisions['place']!.requires = [{ name: 'cheap', cel: 'data.total <' }];
    });
    await expect(
      world.backbone.operate({ act: 'publish-model', definition: broken, breaking: true, ...why }),
    ).rejects.toMatchObject({ code: 'model-invalid' });
    expect((await world.say({ type: 'order.place', subject: 'o1' })).verdict.accepted).toBe(true);
  });

  it('changes nothing where it is the one in force', async () => {
    await world.start();
    const before = world.backbone.control().revision;
    const done = await operate({ act: 'publish-model', definition: shopModel(), breaking: false, ...why });
    expect(done.controlRevision).toBe(before);
  });

  it('is published at the start only where asked for', async () => {
    await world.start();
    await world.backbone.close();
    await world.start({ definition: second });
    expect(world.backbone.control().model).toBe(1);
    await world.backbone.close();
    const model = { definition: second, by: 'ops-1', because: 'spec', evenIfChanged: true, breaking: true };
    await world.start({ model });
    expect(world.backbone.control().model).toBe(2);
    await world.backbone.inForce(2);
    expect(world.backbone.regime().model).toBe(2);
  });
});

describe('an operator', () => {
  it('is told where control has gone on since they looked', async () => {
    await world.start();
    const { revision } = world.backbone.control();
    const add = (participant: string): OperatorAct => ({
      act: 'add-participant',
      participant,
      roles: ['buyer'],
      ...why,
    });
    await operate(add('p-1'), revision);
    await expect(world.backbone.operate(add('p-2'), revision)).rejects.toMatchObject({ code: 'revision-mismatch' });
  });

  it('registers a participant with a key, who must sign from the next epoch on', async () => {
    await world.start();
    expect((await world.say({ type: 'order.place', subject: 'o1', by: 'b-7' })).verdict.accepted).toBe(true);
    await operate({ act: 'add-participant', participant: 'b-7', roles: ['buyer'], ...why });
    const publicKey = Buffer.alloc(32, 7).toString('base64url');
    await operate({ act: 'add-key', participant: 'b-7', publicKey, ...why });
    const { verdict } = await world.say({ type: 'order.place', subject: 'o2', by: 'b-7' });
    expect(codes(verdict)).toEqual(['unauthenticated']);
    await operate({ act: 'retire-key', participant: 'b-7', kid: 'b-7#1', ...why });
    expect((await world.say({ type: 'order.place', subject: 'o3', by: 'b-7' })).verdict.accepted).toBe(true);
    await operate({ act: 'add-key', participant: 'b-7', publicKey, ...why });
    expect(Object.keys(world.backbone.control().participants.get('b-7')!.keys)).toEqual(['b-7#2']);
  });
});

describe('recorded time', () => {
  it('does not follow a jump of the clock until it has lasted ten minutes', async () => {
    await world.start();
    const startMs = world.clock.nowMs();
    world.clock.jump(5 * 3_600_000);
    world.clock.advance(1_000);
    const during = await world.say({ type: 'order.place', subject: 'o1', time: new Date(startMs).toISOString() });
    expect(Date.parse(during.verdict.at)).toBe(startMs + 1_000);
    expect(world.backbone.status()).toMatchObject({ ready: true, problems: [{ code: 'clock-jump' }] });
    world.clock.advance(10 * 60_000);
    const after = await world.say({ type: 'order.place', subject: 'o2' });
    expect(Date.parse(after.verdict.at)).toBe(startMs + 1_000 + 10 * 60_000 + 5 * 3_600_000);
    expect(world.backbone.status().problems).toEqual([]);
  });

  it('never goes back, over a restart with a clock that did', async () => {
    await world.start();
    const { verdict } = await world.say({ type: 'order.place', subject: 'o1' });
    await world.backbone.close();
    world.clock.jump(-3_600_000);
    await world.start();
    const later = await world.say({ type: 'order.note', subject: 'o1', time: verdict.at });
    expect(later.verdict.at).toBe(verdict.at);
    expect(later.verdict.accepted).toBe(true);
  });
});
