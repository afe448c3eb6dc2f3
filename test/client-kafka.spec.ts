import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { connect, type ConnectOptions, type Tutti } from '@tutti/client';
import { connectAdmin } from '@tutti/client/admin';
import { partitionOf } from '@tutti/kernel';
import { KAFKA_ADMIN, type KafkaServer, startKafka, startTutti } from '@tutti/testing';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { AnsweringBackbone } from './support/answering-backbone.js';
import { startKafkaBackbone } from './support/kafka-backbone.js';
import { root } from './support/server-process.js';

const run = promisify(execFile);
const P = 4;
const MINUTE_MS = 60_000;

let kafka: KafkaServer;
let stopAnswering: () => Promise<void>;

beforeAll(async () => {
  kafka = await startKafka();
  const backbone = new AnsweringBackbone(kafka.brokers, 'shop', P);
  await backbone.createTopics();
  stopAnswering = await backbone.start();
}, 10 * MINUTE_MS);

afterAll(async () => {
  await stopAnswering?.();
  await kafka?.close();
});

async function client(options: ConnectOptions = {}): Promise<Tutti> {
  const tutti = await connect({
    participant: 'seller-3',
    timeoutMs: 30_000,
    ...options,
    kafka: { brokers: [kafka.brokers], space: 'shop', ...options.kafka },
  });
  onTestFinished(() => tutti.close());
  return tutti;
}

const ship = (subject: string, id?: string) => ({
  type: 'order.ship',
  subject,
  data: { carrier: 'carrier-1', note: 'bücher' },
  ...(id === undefined ? {} : { id }),
});

describe('the client on a real broker', () => {
  it('publishes into the partition of the subject, and finds the verdict by its place', async () => {
    const tutti = await client();
    const verdict = await tutti.decide(ship('order-17', 'ship-17'));
    expect(verdict).toMatchObject({
      accepted: true,
      duplicate: false,
      partition: partitionOf('order-17', P),
      decision: { id: 'ship-17', data: { carrier: 'carrier-1', note: 'bücher' } },
      input: { topic: 'shop.decisions', partition: partitionOf('order-17', P) },
    });
    const sent = await tutti.publish(ship('order-17', 'ship-17b'));
    expect(await sent.verdict()).toMatchObject({ accepted: true, input: sent.place });
  });

  it('gives thousands their verdicts, in the order of each subject, none misrouted', async () => {
    const tutti = await client();
    const decisions = Array.from({ length: 3_000 }, (_, i) => ship(`many-${i % 97}`, `d-${i}`));
    const sequences = new Map<string, number>();
    let n = 0;
    for await (const { decision, verdict } of tutti.decideMany(decisions)) {
      expect(verdict.accepted).toBe(true);
      expect(verdict.decision.id).toBe(decision.id);
      const before = sequences.get(decision.subject) ?? -1;
      const { offset } = verdict.input as { offset: number };
      expect(offset).toBeGreaterThan(before);
      sequences.set(decision.subject, offset);
      n++;
    }
    expect(n).toBe(3_000);
  });

  it('follows the topic of verdicts, each once although the relay wrote it twice, and goes on at its cursor', async () => {
    const tutti = await client();
    let cursor: string | undefined;
    const resume = { load: () => Promise.resolve(cursor), save: async (at: string) => void (cursor = at) };
    const ids = Array.from({ length: 50 }, (_, i) => `f-${i}`);
    for (const id of ids) await tutti.publish(ship(`follow-${id}`, id));
    const seen: string[] = [];
    const isOurs = (id = ''): boolean => id.startsWith('f-');
    for await (const { decision } of tutti.tail({ since: 'start' }, { resume })) {
      if (isOurs(decision.id)) seen.push(decision.id!);
      if (seen.length === 20) break;
    }
    // The one in hand when the loop was left was not done with.
    seen.pop();
    for await (const { decision } of tutti.tail({ since: 'start' }, { resume })) {
      if (isOurs(decision.id)) seen.push(decision.id!);
      if (seen.length === 50) break;
    }
    expect(seen.toSorted()).toEqual(ids.toSorted());
  });

  it('finds the first verdict when the same decision is sent again by another process', async () => {
    const again = { ...ship('order-again', 'again'), time: new Date().toISOString(), basedOn: null };
    const first = await (await client()).decide(again);
    const other = await client();
    const deciding = other.decide(again);
    expect(await deciding).toMatchObject({ position: first.position, duplicate: true });
  });

  it('goes on when the broker was stopped and started', async () => {
    const tutti = await client({ timeoutMs: 120_000 });
    await tutti.decide(ship('outage-0'));
    await kafka.stop();
    const deciding = Promise.all(Array.from({ length: 20 }, (_, i) => tutti.decide(ship(`outage-${i}`, `o-${i}`))));
    await kafka.start();
    const verdicts = await deciding;
    expect(verdicts.map(({ accepted }) => accepted)).toEqual(verdicts.map(() => true));
  });

  it('says so where there are no brokers, and where there is no such space', async () => {
    const nobody = await client({ kafka: { brokers: ['127.0.0.1:1'] }, timeoutMs: 1_000 });
    await expect(nobody.publish(ship('order-1'))).rejects.toMatchObject({ code: 'unavailable' });
    const nowhere = await client({ kafka: { brokers: [kafka.brokers], space: 'no-such-space' }, timeoutMs: 10_000 });
    await expect(nowhere.publish(ship('order-1'))).rejects.toMatchObject({ code: 'unknown-topic' });
  });
});

describe('the client and the real backbone', () => {
  it('decides, is refused, repeats itself, and reads verdicts, over Kafka alone', async () => {
    const backbone = await startKafkaBackbone(kafka.brokers, 'market', P);
    onTestFinished(() => backbone.close());
    const over = (participant: string): Promise<Tutti> =>
      client({ participant, timeoutMs: 60_000, kafka: { brokers: [kafka.brokers], space: 'market' } });
    const buyer = await over('buyer-9');
    const seller = await over('seller-3');
    const place = { type: 'order.place', subject: 'order-1', data: { seller: 'seller-3', total: 4200 } };

    const placed = await buyer.decide({ ...place, id: 'place-1', time: new Date().toISOString() });
    expect(placed).toMatchObject({ accepted: true, subject: { state: 'placed', sequence: 1 } });
    expect(placed.input).toMatchObject({ topic: 'market.decisions' });
    const shipped = await seller.decide({ type: 'order.ship', subject: 'order-1', data: {}, basedOn: 1 });
    expect(shipped).toMatchObject({ accepted: true, subject: { state: 'shipped', sequence: 2 } });
    const late = await buyer.decide({ type: 'order.cancel', subject: 'order-1', data: {} });
    expect(late).toMatchObject({ accepted: false, reasons: [{ code: 'conflict' }] });
    const wrong = await buyer.decide({ type: 'order.place', subject: 'büch-2', data: { seller: 'seller-3' } as never });
    expect(wrong).toMatchObject({ accepted: false, reasons: [{ code: 'schema-invalid', pointer: '/total' }] });

    // Sent again, the same decision has no record of its own on the topic.
    const { decision } = placed;
    const again = await (
      await over('buyer-9')
    ).decide({ ...place, id: 'place-1', time: decision.time!, basedOn: null });
    expect(again).toMatchObject({ position: placed.position, duplicate: true });

    const seen: string[] = [];
    for await (const { position } of seller.verdicts({ mine: true })) seen.push(position);
    expect(seen).toEqual([placed, shipped, late].map(({ position }) => position));
  });
});

describe('brokers that ask who one is', () => {
  it('tells who is not known and who may not, and lets in who may', async () => {
    const guarded = await startKafka({ users: { 'seller-3': 'secret', nobody: 'secret' } });
    onTestFinished(() => guarded.close());
    const { Kafka, AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } =
      await import('kafkajs');
    const sasl = { mechanism: 'plain' as const, username: KAFKA_ADMIN, password: 'admin-secret' };
    const admin = new Kafka({ brokers: [guarded.brokers], sasl, logLevel: 0 }).admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic: 'shop.decisions', numPartitions: P }], waitForLeaders: true });
    await admin.createAcls({
      acl: [AclOperationTypes.WRITE, AclOperationTypes.DESCRIBE].map((operation) => ({
        resourceType: AclResourceTypes.TOPIC,
        resourceName: 'shop.decisions',
        resourcePatternType: ResourcePatternTypes.LITERAL,
        principal: 'User:seller-3',
        host: '*',
        operation,
        permissionType: AclPermissionTypes.ALLOW,
      })),
    });
    await admin.disconnect();
    const as = (username: string, password: string, space = 'shop'): Promise<Tutti> =>
      client({
        timeoutMs: 10_000,
        kafka: { brokers: [guarded.brokers], space, sasl: { mechanism: 'plain', username, password } },
      });

    const sent = await (await as('seller-3', 'secret')).publish(ship('order-1'));
    expect(sent.place).toEqual({ topic: 'shop.decisions', partition: partitionOf('order-1', P), offset: 0 });
    await expect((await as('seller-3', 'wrong')).publish(ship('order-1'))).rejects.toMatchObject({
      code: 'unauthenticated',
    });
    await expect((await as('nobody', 'secret')).publish(ship('order-1'))).rejects.toMatchObject({ code: 'forbidden' });
  });
});

describe('without the client', () => {
  it('plain kafkajs is enough', async () => {
    const script = join(root, 'examples/wire/publish-with-kafkajs.ts');
    const { stdout } = await run(process.execPath, [script, kafka.brokers, 'shop', 'order-plain'], {
      timeout: MINUTE_MS,
    });
    const { partition, offset } = JSON.parse(stdout) as { partition: number; offset: number };
    expect(partition).toBe(partitionOf('order-plain', P));
    const tutti = await client();
    for await (const { input, accepted } of tutti.tail({ since: 'start', subject: 'order-plain' })) {
      expect(input).toMatchObject({ partition, offset });
      expect(accepted).toBe(true);
      break;
    }
  });

  it('curl is enough', async () => {
    const model = join(root, 'examples/marketplace/marketplace.tutti.yaml');
    const backbone = await startTutti({ model });
    onTestFinished(() => backbone.close());
    const admin = connectAdmin({ url: backbone.url });
    await admin.addParticipant({ id: 'buyer-9', roles: ['buyer'] }, { because: 'an example' });
    await admin.addParticipant({ id: 'seller-3', roles: ['seller'] }, { because: 'an example' });
    const script = join(root, 'examples/wire/decide-with-curl.sh');
    const { stdout } = await run('sh', [script, backbone.url, 'order-curl'], { timeout: MINUTE_MS });
    expect(JSON.parse(stdout)).toMatchObject({ accepted: true, subject: { id: 'order-curl', state: 'placed' } });
  });
});
