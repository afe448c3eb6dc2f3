import { readEvent, serializeSubject } from '@tutti/contracts';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Cluster, Process } from '../fixture/cluster.js';
import { addBuyer, ANYBODY, Served } from '../fixture/served.js';
import { createGateway } from './create-gateway.js';

let served: Served;
afterEach(() => served.end());

/** A cluster of so many partitions, with one process that judges. */
function start(partitions = 2, options: Parameters<Cluster['join']>[0] = {}): Promise<Process> {
  served = new Served(partitions);
  return served.start(options);
}

describe('what stands in the journal is read', () => {
  it('by subject, though the store is behind', async () => {
    const process = await start(1);
    const gateway = await served.open();
    await gateway.submit(served.place('o1', 'a'), ANYBODY);
    await gateway.submit(
      served.event({ type: 'order.note', subject: 'o1', id: 'b', data: { text: '"id":"o2"' } }),
      ANYBODY,
    );
    const before = await gateway.subject('o1');
    expect(before).toMatchObject({ sequence: 2, state: 'placed' });
    expect(await gateway.subject('o2')).toBeUndefined();
    await process.member.close();
    await served.cluster.join();
    await gateway.submit(served.event({ type: 'order.ship', subject: 'o1', id: 'c' }), ANYBODY);
    const after = await gateway.subject('o1');
    expect(after).toMatchObject({ sequence: 3, state: 'shipped' });
    const { folded } = await served.cluster.subjects(0);
    expect(serializeSubject(after!)).toBe(folded.get('o1'));
    expect((await gateway.history('o1')).map(({ revision }) => revision)).toEqual(after!.log.revisions());
    expect(await gateway.history('o1', after!.log.revisions()[0], 1)).toHaveLength(1);
  });

  it('by participant and id, with and without projection, also where they are written otherwise', async () => {
    await start(2);
    const gateway = await served.open();
    await gateway.submit(served.place('o1', 'ä/1'), ANYBODY);
    await gateway.submit(served.place('o2', 'ä/1'), ANYBODY);
    const escaped = JSON.stringify(served.cluster.event({ type: 'order.place', subject: 'o3', id: 'X' })).replace(
      '"X"',
      '"\\u00e4\\/1"',
    );
    await gateway.submit(readEvent({ mode: 'structured', bytes: Buffer.from(escaped) }), ANYBODY);
    const pretty = JSON.stringify(
      served.cluster.event({ type: 'order.place', subject: 'o4', id: 'ä/1' }),
      undefined,
      2,
    );
    await gateway.submit(readEvent({ mode: 'structured', bytes: Buffer.from(pretty) }), ANYBODY);
    const find = async () =>
      (await gateway.findDecision('buyer-1', 'ä/1')).map(({ subject }) => subject?.id).toSorted();
    expect(await find()).toEqual(['o1', 'o2', 'o3', 'o4']);
    const running = served.projection();
    await vi.waitUntil(
      () => served.rows.partitions.size === 2 && running.status().partitions.every(({ revision }) => revision > 1),
    );
    expect(await find()).toEqual(['o1', 'o2', 'o3', 'o4']);
    await gateway.submit(served.place('o5', 'ä/1'), ANYBODY);
    expect(await find()).toEqual(['o1', 'o2', 'o3', 'o4', 'o5']);
    expect(await gateway.findDecision('buyer-1', 'ä/1', 'o2')).toHaveLength(1);
    expect(await gateway.findDecision('buyer-2', 'ä/1')).toEqual([]);
  });

  it('as edges and use of contracts, projected or not yet', async () => {
    await start(2);
    const gateway = await served.open();
    const vanish = (subject: string) => served.event({ type: 'order.vanish', subject, by: 'buyer-1' });
    await gateway.submit(served.place('o1'), ANYBODY);
    await gateway.submit(vanish('o1'), ANYBODY);
    const running = served.projection();
    await vi.waitUntil(() => running.status().partitions.length === 2);
    for (let i = 0; i < 5; i++) {
      await gateway.submit(served.place(`p${i}`), ANYBODY);
      await gateway.submit(vanish(`p${i}`), ANYBODY);
      expect(await gateway.edges()).toMatchObject([{ code: 'unknown-type', type: 'order.vanish', count: i + 2 }]);
      expect(await gateway.contractUse()).toEqual({ 'order.place': { 1: i + 2 } });
    }
  });

  it('by position, by page, and as it comes', async () => {
    await start(1);
    const gateway = await served.open();
    let woken = 0;
    const unfollow = gateway.follow(() => woken++);
    const { verdict } = await gateway.submit(served.place('o1'), ANYBODY);
    expect(await gateway.verdict(0, verdict.revision)).toEqual(verdict);
    expect((await gateway.verdicts(0, 0, 10)).verdicts).toEqual([verdict]);
    await expect(gateway.verdicts(9, 0, 10)).rejects.toMatchObject({ code: 'not-found' });
    expect(gateway.tails()).toEqual([verdict.revision]);
    expect(woken).toBeGreaterThan(0);
    const seen = gateway.tails()[0]!;
    served.cluster.send({ type: 'order.note', subject: 'o1' });
    await vi.waitUntil(() => gateway.tails()[0]! > seen);
    unfollow();
    const other = await served.open();
    served.cluster.send({ type: 'order.note', subject: 'o1' });
    await vi.waitUntil(async () => {
      await other.refreshTails();
      return (await other.verdicts(0, 0, 10)).verdicts.length === 3;
    });
    expect(other.tails()[0]).toBeGreaterThan(seen);
  });

  it('as of now where a decision is only tried', async () => {
    await start(1);
    const gateway = await served.open();
    const { verdict } = await gateway.submit(served.place('o1', 'a'), ANYBODY);
    const ship = served.event({ type: 'order.ship', subject: 'o1' });
    expect(await gateway.dryRun(ship, ANYBODY)).toMatchObject({
      accepted: true,
      position: '',
      subject: { state: 'shipped' },
    });
    expect(await gateway.dryRun(served.place('o1', 'a'), ANYBODY)).toMatchObject({ position: verdict.position });
    const other = served.event({ type: 'order.place', subject: 'o1', id: 'a' }, { data: { total: 7 } });
    expect((await gateway.dryRun(other, ANYBODY)).reasons).toMatchObject([{ code: 'id-conflict' }]);
    expect(await gateway.dryRun(served.place('new one'), ANYBODY)).toMatchObject({ accepted: true });
    expect((await gateway.subject('o1'))?.sequence).toBe(1);
  });
});

describe('control through a gateway', () => {
  it('takes an operator’s act, in force once every partition has passed its barrier', async () => {
    await start(3);
    const gateway = await served.open();
    const { controlRevision, effectiveEpoch } = await gateway.operate(addBuyer('p-1'));
    await gateway.inForce(effectiveEpoch);
    expect(gateway.regime().epoch).toBeGreaterThanOrEqual(effectiveEpoch);
    expect(gateway.regime().participants.has('p-1')).toBe(true);
    const other = await served.open();
    expect(other.regime().participants.has('p-1')).toBe(true);
    expect(other.control().revision).toBeGreaterThanOrEqual(controlRevision);
    await expect(other.operate(addBuyer('p-2'), 0)).rejects.toMatchObject({ code: 'revision-mismatch' });
    expect(other.status()).toMatchObject({
      ready: true,
      problems: [],
      epoch: effectiveEpoch,
      trust: 'network',
      model: 'shop',
    });
  });

  it('shows the partitions that its own process owns', async () => {
    const { member } = await start(2);
    const gateway = await served.open({ member });
    await vi.waitUntil(() => gateway.status().partitions.length === 2);
    await gateway.submit(served.place('o1'), ANYBODY);
    expect(await gateway.subject('o1')).toMatchObject({ sequence: 1, state: 'placed' });
    expect(await gateway.subject('o2')).toBeUndefined();
    expect(gateway.tails()).toEqual(member.status().partitions.map(({ revision }) => revision));
  });

  it('reads subjects from the journal where another process has taken its partition over', async () => {
    const { member } = await start(1);
    const gateway = await served.open({ member });
    await gateway.submit(served.place('o1'), ANYBODY);
    await served.cluster.join();
    const other = await served.open();
    // The zombie still has its tasks; the group has given them to the other one.
    const tasks = member.tasks();
    await member.close();
    await other.submit(served.event({ type: 'order.ship', subject: 'o1' }), ANYBODY);
    const zombie = await served.open({
      member: { status: () => ({ problems: [], partitions: [] }), tasks: () => tasks },
    });
    expect(await zombie.subject('o1')).toMatchObject({ sequence: 2, state: 'shipped' });
  });

  it('ends whoever waits when it closes', async () => {
    const process = await start(1);
    const gateway = await served.open();
    await process.member.close();
    served.cluster.send({ type: 'order.place', subject: 'o1' });
    const waiting = gateway.verdictAt(0, 0, 60_000);
    const inForce = gateway.inForce(99);
    await new Promise((resolve) => setImmediate(resolve));
    const both = Promise.allSettled([waiting, inForce]);
    await gateway.close();
    for (const one of await both) expect(one).toMatchObject({ status: 'rejected', reason: { code: 'unavailable' } });
  });

  it('needs the space it was asked for', async () => {
    served = new Served(1);
    await expect(createGateway(served.parts())).rejects.toMatchObject({ code: 'no-space' });
    await served.cluster.join();
    await expect(createGateway({ ...served.parts(), space: 'x' })).rejects.toMatchObject({ code: 'space-differs' });
  });
});
