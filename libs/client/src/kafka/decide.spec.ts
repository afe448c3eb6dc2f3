import { partitionOf } from '@tutti/kernel';
import { describe, expect, it } from 'vitest';
import { Caller } from '../caller.js';
import { Decider } from '../decider.js';
import { Http } from '../http.js';
import { Lifetime } from '../lifetime.js';
import { DECISIONS, given, P, ship, VERDICTS } from '../testing/kafka-given.js';
import { KafkaRoad } from './kafka-road.js';

describe('decide over Kafka', () => {
  it('gives the verdict on the decision at its place, accepted or not', async () => {
    const { tutti } = given();
    const [yes, no] = await Promise.all([
      tutti.decide(ship('order-1')),
      tutti.decide({ type: 'order.refuse', subject: 'order-2', data: {} }),
    ]);
    expect(yes).toMatchObject({ accepted: true, duplicate: false, decision: { subject: 'order-1' } });
    expect(yes.position).toBe(`${partitionOf('order-1', P)}-1`);
    expect(no).toMatchObject({ accepted: false, reasons: [{ code: 'conflict' }] });
  });

  it('gives many their verdicts, each its own', async () => {
    const { tutti } = given();
    const decisions = Array.from({ length: 300 }, (_, i) => ship(`order-${i % 40}`, { id: `d-${i}` }));
    let n = 0;
    for await (const { decision, verdict } of tutti.decideMany(decisions, { batch: 50 })) {
      expect(verdict.decision.id).toBe(decision.id);
      expect(decision.id).toBe(`d-${n++}`);
    }
    expect(n).toBe(300);
  });

  it('is not misled by others with the same id', async () => {
    const { kafka, backbone, tutti } = given();
    backbone.held = [];
    const deciding = tutti.decide(ship('order-1', { id: 'same' }));
    const partition = partitionOf('order-1', P);
    await kafka.until(() => kafka.partition(DECISIONS, partition).length === 1);
    const other = { id: 'same', subject: 'order-1', source: '/participants/buyer-9', type: 'order.place' };
    backbone.write(partition, 90, other, 77);
    backbone.write(partition, 91, { ...other, source: '/participants/seller-3', subject: 'order-2' }, 78);
    backbone.release();
    expect(await deciding).toMatchObject({ decision: { source: '/participants/seller-3', subject: 'order-1' } });
  });

  it('takes the first verdict where a lost acknowledgement made it send twice', async () => {
    const { kafka, tutti } = given();
    await tutti.ready();
    kafka.sendTroubles.push({ loses: true });
    const verdict = await tutti.decide(ship('order-1', { id: 'a' }));
    expect(verdict).toMatchObject({ accepted: true, duplicate: true, input: { offset: 0 } });
  });

  it('waits for its own verdict where an earlier one did not use the id up', async () => {
    const { kafka, tutti } = given();
    await tutti.ready();
    kafka.sendTroubles.push({ loses: true });
    const verdict = await tutti.decide({ type: 'order.early', subject: 'order-1', data: {}, id: 'a' });
    expect(verdict).toMatchObject({ accepted: false, duplicate: false, input: { offset: 1 } });
  });

  it('finds the first verdict of a decision made long before, once a later one shows that it was passed over', async () => {
    const { kafka, client, tutti } = given();
    const again = ship('order-1', { id: 'a', time: '2026-03-02T09:59:00.000Z' });
    const first = await tutti.decide(again);
    kafka.nowMs += 3_600_000;
    const other = client();
    const deciding = other.decide({ ...again, basedOn: null });
    await kafka.until(() => kafka.partition(DECISIONS, partitionOf('order-1', P)).length === 2);
    await other.publish(ship('order-1', { id: 'b' }));
    expect(await deciding).toMatchObject({ position: first.position, duplicate: true });
  });

  it('finds the first verdicts of many that were all decided before, in partitions that are quiet', async () => {
    const { kafka, client } = given();
    const again = Array.from({ length: 200 }, (_, i) =>
      ship(`order-${i % 7}`, { id: `d-${i}`, time: '2026-03-02T09:59:00.000Z' }),
    );
    const first = client();
    const positions = new Map<string, string>();
    for await (const { decision, verdict } of first.decideMany(again)) positions.set(decision.id!, verdict.position);
    kafka.nowMs += 3_600_000;
    let n = 0;
    for await (const { decision, verdict } of client(10_000).decideMany(again)) {
      expect(verdict).toMatchObject({ duplicate: true, position: positions.get(decision.id!) });
      n++;
    }
    expect(n).toBe(200);
  });

  it('finds the verdict on what was published, later', async () => {
    const { kafka, backbone, tutti } = given();
    const sent = await tutti.publish(ship('order-1', { id: 'a' }));
    expect(await sent.verdict()).toMatchObject({ accepted: true, input: { offset: 0 } });
    backbone.held = [];
    const slow = await tutti.publish(ship('order-1', { id: 'b' }));
    const waiting = slow.verdict();
    await kafka.until(() => kafka.readings.size === 1);
    backbone.release();
    expect(await waiting).toMatchObject({ accepted: true, input: { offset: 1 } });
  });

  it('goes on after the brokers went away', async () => {
    const { kafka, backbone, tutti } = given();
    backbone.held = [];
    const deciding = tutti.decide(ship('order-1'));
    await kafka.until(() => kafka.partition(DECISIONS, partitionOf('order-1', P)).length === 1);
    kafka.cutReadings();
    backbone.release();
    expect((await deciding).accepted).toBe(true);
  });

  it('says what is pending when no verdict came, and sends the same bytes when asked again', async () => {
    const { kafka, backbone, client } = given();
    backbone.held = [];
    const tutti = client(300);
    const decision = ship('order-1', { id: 'a' });
    await expect(tutti.decide(decision)).rejects.toMatchObject({ code: 'verdict-pending', decision: { id: 'a' } });
    kafka.nowMs += 60_000;
    backbone.release();
    expect(await tutti.decide(decision, { timeoutMs: 5_000 })).toMatchObject({ accepted: true, duplicate: true });
    const [one, two] = kafka.partition(DECISIONS, partitionOf('order-1', P));
    expect(two!.headers).toEqual(one!.headers);
  });

  it('is closed while it waits', async () => {
    const { kafka, backbone, tutti } = given();
    backbone.held = [];
    const deciding = tutti.decide(ship('order-1', { id: 'a' }));
    await kafka.until(() => kafka.partition(DECISIONS, partitionOf('order-1', P)).length === 1);
    await tutti.close();
    await expect(deciding).rejects.toMatchObject({ code: 'closed' });
  });

  it('says that there is no HTTP where something is asked for that needs it', async () => {
    const { tutti } = given();
    await expect(tutti.subject('order-1')).rejects.toMatchObject({ code: 'unavailable' });
    expect(() => tutti.policy('fees')).toThrow(expect.objectContaining({ code: 'unavailable' }));
  });
});

describe('decide over Kafka with a url', () => {
  it('asks the backbone for the verdict at the place of the decision, and reads no topic', async () => {
    const { kafka } = given();
    const asked: { path: string; prefer: string | null }[] = [];
    const answer = (status: number, body: object, headers: Record<string, string> = {}): Response =>
      new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });
    const partition = partitionOf('order-1', P);
    const fake = (async (url: string, init: RequestInit) => {
      const { pathname } = new URL(url);
      asked.push({ path: pathname, prefer: new Headers(init.headers).get('prefer') });
      if (asked.length === 1) return answer(202, { input: { topic: DECISIONS, partition, offset: 0 } });
      const record = kafka.partition(VERDICTS, partition)[0]!;
      const verdict = { ...JSON.parse(String(record.value)), partition, position: `${partition}-1` } as object;
      return answer(200, verdict, { 'tutti-duplicate': 'true' });
    }) as unknown as typeof fetch;
    const lifetime = new Lifetime();
    const http = new Http({ url: 'http://backbone', connections: 1, fetch: fake });
    const caller = new Caller(http, lifetime, 1_000);
    const road = new KafkaRoad(kafka.port(), lifetime, { space: 'shop', readsVerdicts: false });
    const options = { signer: undefined, timeoutMs: 5_000, attemptTimeoutMs: 1_000, nowMs: () => kafka.nowMs, road };
    const decider = new Decider(caller, { participant: 'seller-3', ...options });

    const verdict = await decider.decide(ship('order-1'));
    expect(verdict).toMatchObject({ accepted: true, duplicate: true, position: `${partition}-1` });
    const question = { path: `/v1/inputs/${partition}/0`, prefer: 'wait=1' };
    expect(asked).toEqual([question, question]);
    expect(kafka.readings.size).toBe(0);
    await road.close();
  });
});
