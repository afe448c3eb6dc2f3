import { generateKeyPairSync } from 'node:crypto';
import { verifySignature } from '@tutti/contracts';
import { type JsonObject, partitionOf } from '@tutti/kernel';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Caller } from '../caller.js';
import { connect } from '../connect.js';
import { Decider } from '../decider.js';
import { Http } from '../http.js';
import { Lifetime } from '../lifetime.js';
import { PolicySnapshot } from '../policy.js';
import { type Signer, signerOf } from '../signer.js';
import { BackboneDouble, KafkaDouble } from '../testing/kafka-double.js';
import { Tutti } from '../tutti.js';
import { KafkaFault } from './kafka-port.js';
import { KafkaRoad } from './kafka-road.js';
import { loadKafkaJs } from './load-kafkajs.js';

const P = 4;
const DECISIONS = 'shop.decisions';
const VERDICTS = 'shop.verdicts';

function given(options: { space?: string; signer?: Signer; timeoutMs?: number } = {}) {
  const kafka = new KafkaDouble();
  kafka.createTopic(DECISIONS, P);
  kafka.createTopic(VERDICTS, P);
  const backbone = new BackboneDouble(kafka, 'shop');
  const client = (timeoutMs = options.timeoutMs ?? 5_000): Tutti => {
    const lifetime = new Lifetime();
    const http = new Http({ url: undefined, connections: 1, fetch });
    const caller = new Caller(http, lifetime, 1_000);
    const road = new KafkaRoad(kafka.port(), lifetime, { space: options.space, readsVerdicts: true });
    const { signer } = options;
    const nowMs = (): number => kafka.nowMs;
    const participant = 'seller-3';
    const decider = new Decider(caller, { participant, signer, timeoutMs, attemptTimeoutMs: 1_000, nowMs, road });
    const tutti = new Tutti({ caller, decider, policies: new PolicySnapshot(caller), participant, timeoutMs, road });
    onTestFinished(() => tutti.close());
    return tutti;
  };
  return { kafka, backbone, client, tutti: client() };
}

const ship = (subject: string, more: object = {}) => ({ type: 'order.ship', subject, data: { n: 1 }, ...more });

describe('publish over Kafka', () => {
  it('writes one record in binary mode under the key of its subject, in the partition of murmur2', async () => {
    const { kafka, tutti } = given();
    const sent = await tutti.publish(ship('order-17', { id: 'ship-17', basedOn: 1, exact: true, contract: 2 }));

    const partition = partitionOf('order-17', P);
    expect(sent.place).toEqual({ topic: DECISIONS, partition, offset: 0 });
    const [record] = kafka.partition(DECISIONS, partition);
    expect(record!.key).toBe('order-17');
    expect(record!.headers).toEqual({
      'content-type': 'application/json',
      ce_specversion: '1.0',
      ce_id: 'ship-17',
      ce_source: '/participants/seller-3',
      ce_type: 'order.ship',
      ce_subject: 'order-17',
      ce_time: '2026-03-02T10:00:00.000Z',
      ce_basedon: '1',
      ce_exact: 'true',
      ce_dataschema: 'tutti:order.ship/2',
    });
    expect(String(record!.value)).toBe('{"n":1}');
  });

  it('signs what it sends where there is a key', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const signer = await signerOf({ key: privateKey, kid: 'seller-3#2' }, 'seller-3');
    const { kafka, tutti } = given({ signer });
    const { place } = await tutti.publish(ship('order-1', { basedOn: 3 }));

    const { headers, value } = kafka.partition(DECISIONS, place!.partition)[0]!;
    const attributes = Object.entries(headers).filter(([name]) => name.startsWith('ce_'));
    const event: JsonObject = Object.fromEntries(attributes.map(([name, text]) => [name.slice(3), text]));
    event['data'] = JSON.parse(String(value)) as JsonObject;
    const keys = { 'seller-3#2': publicKey.export({ format: 'jwk' }).x! };
    expect(verifySignature(event, keys)).toEqual({ valid: true, kid: 'seller-3#2' });
  });

  it('sends what comes meanwhile in one request, and keeps the order of a subject', async () => {
    const { kafka, tutti } = given();
    const ids = Array.from({ length: 500 }, (_, i) => `d-${i}`);
    await Promise.all(ids.map((id, i) => tutti.publish(ship(`order-${i % 3}`, { id }))));

    expect(kafka.requests.length).toBeLessThan(10);
    for (const subject of ['order-0', 'order-1', 'order-2']) {
      const kept = kafka.partition(DECISIONS, partitionOf(subject, P)).filter(({ key }) => key === subject);
      const numbers = kept.map(({ headers }) => Number(headers['ce_id']!.slice(2)));
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    }
  });

  it('never makes a batch that brokers refuse, and lets no small record overtake a large one', async () => {
    const { kafka, tutti } = given();
    const sizes = [400_000, 400_000, 400_000, 10, 400_000];
    await Promise.all(
      sizes.map((size, i) => tutti.publish(ship('order-1', { id: `${i}`, data: { text: 'x'.repeat(size) } }))),
    );
    const partition = partitionOf('order-1', P);
    expect(kafka.partition(DECISIONS, partition).map(({ headers }) => headers['ce_id'])).toEqual([
      '0',
      '1',
      '2',
      '3',
      '4',
    ]);
    expect(kafka.requests.map((request) => request[partition])).toEqual([2, 3]);
  });

  it('refuses a decision that is too large before it is sent', async () => {
    const { kafka, tutti } = given();
    const data = { text: 'x'.repeat(600_000) };
    await expect(tutti.publish(ship('order-1', { data }))).rejects.toMatchObject({
      code: 'too-large',
      name: 'NotRecordedError',
    });
    expect(kafka.requests).toEqual([]);
  });

  it('sends the same bytes again where the acknowledgement is lost', async () => {
    const { kafka, tutti } = given();
    kafka.sendTroubles.push({ loses: true });
    const { place } = await tutti.publish(ship('order-1', { id: 'a' }));

    const kept = kafka.partition(DECISIONS, place!.partition);
    expect(kept).toHaveLength(2);
    expect(place!.offset).toBe(1);
    expect({ ...kept[0], offset: 1 }).toEqual(kept[1]);
  });

  it('says whether the decision may have been taken when its time is over', async () => {
    const { kafka, client } = given();
    kafka.away = new KafkaFault('unreachable', 'connect ECONNREFUSED');
    await expect(client(200).publish(ship('order-1'))).rejects.toMatchObject({ code: 'unavailable', retryable: true });

    kafka.away = undefined;
    const tutti = client(200);
    await tutti.ready();
    kafka.sendTroubles.push(...Array.from({ length: 20 }, () => ({ fault: new KafkaFault('lost', 'timed out') })));
    await expect(tutti.publish(ship('order-1', { id: 'x' }))).rejects.toMatchObject({
      code: 'verdict-pending',
      decision: { id: 'x' },
    });
  });

  it('goes on after one record that brokers refuse', async () => {
    const { kafka, tutti } = given();
    const tooLarge = { fault: new KafkaFault('too-large', 'MESSAGE_TOO_LARGE') };
    await tutti.ready();
    kafka.sendTroubles.push(tooLarge, tooLarge);
    const [a, b] = await Promise.allSettled([tutti.publish(ship('order-1')), tutti.publish(ship('order-1'))]);
    expect(a).toMatchObject({ status: 'rejected', reason: { code: 'too-large' } });
    expect(b).toMatchObject({ status: 'fulfilled', value: { place: { offset: 0 } } });
  });

  it.each([
    ['forbidden', 'forbidden'],
    ['unauthenticated', 'unauthenticated'],
    ['unknown-topic', 'unknown-topic'],
  ] as const)('says %s at once, with what to do', async (kind, code) => {
    const { kafka, tutti } = given();
    kafka.away = new KafkaFault(kind, 'the broker says no');
    const error: unknown = await tutti.publish(ship('order-1')).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code, retryable: false });
    expect((error as { mend?: string }).mend).toBeTruthy();
  });

  it('sends what it has taken before it closes, and nothing after', async () => {
    const { kafka, tutti } = given();
    await tutti.ready();
    let open = (): void => {};
    kafka.sendTroubles.push({ until: new Promise((resolve) => (open = resolve)) });
    const first = tutti.publish(ship('order-1'));
    const second = tutti.publish(ship('order-2'));
    await Promise.resolve();
    const closing = tutti.close();
    open();
    await closing;
    expect((await first).place!.topic).toBe(DECISIONS);
    expect((await second).place!.topic).toBe(DECISIONS);
    expect(kafka.closed).toBe(1);
    await expect(tutti.publish(ship('order-3'))).rejects.toMatchObject({ code: 'closed' });
  });

  it('finds the space by its topics, and asks which where there are several', async () => {
    const { kafka, client } = given();
    kafka.createTopic('bank.decisions', 1);
    await expect(client().publish(ship('order-1'))).rejects.toMatchObject({
      code: 'unknown-topic',
      message: expect.stringContaining('bank, shop'),
    });
  });
});

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

describe('connect with kafka', () => {
  it('says what to install where kafkajs is missing', async () => {
    const missing = (): Promise<never> => Promise.reject(new Error("Cannot find package 'kafkajs'"));
    await expect(loadKafkaJs({ brokers: ['a:1'] }, missing)).rejects.toMatchObject({
      code: 'kafkajs-missing',
      mend: expect.stringContaining('npm install kafkajs'),
    });
  });

  it('refuses what is no list of brokers', async () => {
    await expect(connect({ kafka: { brokers: [] } })).rejects.toMatchObject({ code: 'malformed' });
    await expect(connect({ kafka: { brokers: ['http://broker'] } })).rejects.toMatchObject({ code: 'malformed' });
  });
});
