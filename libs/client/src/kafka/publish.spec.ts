import { generateKeyPairSync } from 'node:crypto';
import { verifySignature } from '@tutti/contracts';
import { type JsonObject, partitionOf } from '@tutti/kernel';
import { describe, expect, it } from 'vitest';
import { connect } from '../connect.js';
import { signerOf } from '../signer.js';
import { DECISIONS, given, P, ship } from '../testing/kafka-given.js';
import { KafkaFault } from './kafka-port.js';
import { loadKafkaJs } from './load-kafkajs.js';

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
