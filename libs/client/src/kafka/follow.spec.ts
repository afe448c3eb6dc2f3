import { type JsonObject, partitionOf } from '@tutti/kernel';
import { describe, expect, it } from 'vitest';
import { BackboneDouble } from '../testing/kafka-double.js';
import { given, P, ship, VERDICTS } from '../testing/kafka-given.js';

describe('following the topic of verdicts', () => {
  it('hands out what comes, drops what the relay wrote again, and filters', async () => {
    const { kafka, backbone, tutti } = given();
    const seen: string[] = [];
    const subscription = tutti.onVerdict({ types: ['order.ship'], mine: true }, (verdict) => {
      seen.push(verdict.position);
    });
    await subscription.started;
    const partition = partitionOf('order-1', P);
    const event = { id: 'x', subject: 'order-1', source: '/participants/seller-3', type: 'order.ship' };
    backbone.write(partition, 5, event, 0);
    backbone.write(partition, 5, event, 0);
    backbone.write(partition, 4, event, 0);
    backbone.write(partition, 6, { ...event, source: '/participants/buyer-9' }, 1);
    backbone.write(partition, 7, { ...event, type: 'order.claim' }, 2);
    kafka.append(VERDICTS, partition, { key: '', value: null, headers: {} });
    backbone.write(partition, 9, event, 3);
    await expect.poll(() => seen).toEqual([`${partition}-5`, `${partition}-9`]);
    await subscription.close();
  });

  it('goes on where it stopped, each verdict at least once and none twice', async () => {
    const { kafka, tutti } = given();
    let cursor: string | undefined;
    const resume = { load: () => Promise.resolve(cursor), save: async (at: string) => void (cursor = at) };
    const event = (i: number): JsonObject => ({
      id: `${i}`,
      subject: `s-${i}`,
      source: '/participants/a',
      type: 'order.ship',
    });
    const backbone = new BackboneDouble(kafka, 'shop');
    for (let i = 0; i < 20; i++) backbone.write(i % P, i, event(i), i);
    const seen: string[] = [];
    for await (const { decision } of tutti.tail({ since: 'start' }, { resume })) {
      seen.push(decision.id!);
      if (seen.length === 8) break;
    }
    seen.pop();
    for await (const { decision } of tutti.tail({ since: 'start' }, { resume })) {
      seen.push(decision.id!);
      if (seen.length === 12) kafka.cutReadings();
      if (seen.length === 20) break;
    }
    expect(seen.toSorted((a, b) => Number(a) - Number(b))).toEqual(Array.from({ length: 20 }, (_, i) => `${i}`));
  });

  it('begins at a time, and reads up to the end where asked for what is there', async () => {
    const { kafka, tutti } = given();
    for (let i = 0; i < 6; i++) {
      await tutti.decide(ship('order-1', { id: `d-${i}` }));
      kafka.nowMs += 60_000;
    }
    const ids: string[] = [];
    for await (const { decision } of tutti.verdicts({ since: '2026-03-02T10:03:00Z' })) ids.push(decision.id!);
    expect(ids).toEqual(['d-3', 'd-4', 'd-5']);
    let all = 0;
    for await (const _ of tutti.verdicts()) all++;
    expect(all).toBe(6);
  });

  it('says gone where the topic no longer reaches back to the cursor', async () => {
    const { kafka, tutti } = given();
    await tutti.decide(ship('order-1'));
    const partition = partitionOf('order-1', P);
    kafka.truncate(VERDICTS, partition, 1);
    const cursor = `topic:${VERDICTS}:${[0, 0, 0, 0].join(',')}:-1,-1,-1,-1`;
    const resume = { load: () => Promise.resolve(cursor), save: () => Promise.resolve() };
    await expect(tutti.tail({}, { resume }).next()).rejects.toMatchObject({ code: 'gone' });
  });

  it('refuses a cursor of another way', async () => {
    const { tutti } = given();
    const resume = { load: () => Promise.resolve('eyJ2IjoxfQ'), save: () => Promise.resolve() };
    await expect(tutti.tail({}, { resume }).next()).rejects.toMatchObject({ code: 'malformed' });
  });
});
