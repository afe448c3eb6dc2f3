import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { KafkaLog } from '@tutti/adapter-kafka';
import { KAFKA_ADMIN, type KafkaServer, startKafka } from '@tutti/testing';
import {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  Kafka,
  logLevel,
  ResourcePatternTypes,
} from 'kafkajs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Collector, createTopic, Logs, optionsOf, PRODUCERS, record } from './support/kafka.js';
import { root } from './support/server-process.js';

const logs = new Logs();
let server: KafkaServer;

beforeAll(async () => {
  server = await startKafka();
}, 600_000);
afterEach(() => logs.close());
afterAll(() => server?.close());

describe('while the broker is away', () => {
  it.each([
    ['stop', 'relay'],
    ['kill', 'kafkajs'],
  ] as const)(
    '(%s) what is sent (by the producer %s) waits; nothing is lost, and order holds',
    async (how, producer) => {
      // given a producer and a consumer at work
      const topic = await createTopic(server, 2);
      const log = await logs.connect(optionsOf(server, { sendTimeoutMs: Infinity }), producer);
      const owner = new Collector();
      await log.consume(topic, 'group', owner);
      const sent: Promise<number[]>[] = [];
      const send = (from: number, to: number): void => {
        for (let index = from; index < to; index += 1) {
          for (const partition of [0, 1]) sent.push(log.send(topic, partition, [record('a', `${index}`)]));
        }
      };
      send(0, 500);
      await owner.until(() => owner.values(0).length > 0);
      // when the broker goes away, is sent to, and comes back
      send(500, 1_000);
      await server[how]();
      send(1_000, 1_500);
      await server.start();
      send(1_500, 2_000);
      // then
      await Promise.all(sent);
      for (const partition of [0, 1]) {
        await owner.until(() => owner.values(partition).at(-1) === '1999');
        const first = new Map<string, number>();
        for (const [at, value] of owner.values(partition).entries()) if (!first.has(value)) first.set(value, at);
        // At least once: a batch may be there twice, but its first coming keeps the order, and none is missing.
        expect([...first.keys()]).toEqual(Array.from({ length: 2_000 }, (_, index) => `${index}`));
        const offsets = owner.records.get(partition)!.map(({ offset }) => offset);
        expect(offsets).toEqual([...offsets.keys()]);
      }
    },
  );

  it('a send says so when its time is up, with all that waits behind it; reading says so too', async () => {
    const topic = await createTopic(server, 1);
    const log = await logs.connect(optionsOf(server, { sendTimeoutMs: 1_500 }));
    await log.send(topic, 0, [record('a', 'before')]);
    await server.stop();
    const sent = await Promise.allSettled([1, 2, 3].map((value) => log.send(topic, 0, [record('a', `${value}`)])));
    const reading = await Promise.allSettled([log.tail(topic, 0), log.partitions(topic)]);
    await server.start();
    for (const outcome of [...sent, ...reading]) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'log-unavailable', retryable: true } });
    }
    expect((await log.tail(topic, 0))?.value?.toString()).toBe('before');
    expect(await log.send(topic, 0, [record('a', 'after')])).toEqual([1]);
  });

  it('connecting says so', async () => {
    const options = { ...optionsOf(server), brokers: ['127.0.0.1:1'], connectTimeoutMs: 500 };
    await expect(logs.connect(options)).rejects.toMatchObject({ code: 'log-unavailable', retryable: true });
  });

  it('closing does not wait for it', async () => {
    const topic = await createTopic(server, 1);
    const log = await logs.connect(optionsOf(server, { sendTimeoutMs: Infinity }));
    const owner = new Collector();
    await log.consume(topic, 'group', owner);
    await owner.until(() => owner.owned.has(0));
    await server.stop();
    const sent = log.send(topic, 0, [record('a', 'never')]);
    const [outcome] = await Promise.allSettled([sent, log.close()]);
    expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'log-unavailable' } });
    expect(owner.owned.size).toBe(0);
    await server.start();
  });
});

describe('a broker that is frozen', () => {
  it.each(PRODUCERS)('is waited for, and nothing is lost (producer %s)', async (producer) => {
    const topic = await createTopic(server, 1);
    const log = await logs.connect(optionsOf(server, { requestTimeoutMs: 2_000, sendTimeoutMs: Infinity }), producer);
    const owner = new Collector();
    await log.consume(topic, 'group', owner);
    await log.send(topic, 0, [record('a', '0')]);
    server.pause();
    const sent = [1, 2, 3].map((value) => log.send(topic, 0, [record('a', `${value}`)]));
    await expect(log.tail(topic, 0)).rejects.toMatchObject({ code: 'log-unavailable' });
    server.resume();
    await Promise.all(sent);
    await owner.until(() => owner.values(0).includes('3'));
    expect([...new Set(owner.values(0))]).toEqual(['0', '1', '2', '3']);
  });
});

describe('an owner that cannot go on', () => {
  it('does not keep a second member from its share, and the batch is not lost', async () => {
    const topic = await createTopic(server, 2);
    const log = await logs.connect(optionsOf(server, { sessionTimeoutMs: 1_000, heartbeatMs: 100 }));
    const gate = Promise.withResolvers<void>();
    const owner = new Collector(() => gate.promise);
    await log.consume(topic, 'group', owner);
    await owner.until(() => owner.owned.size === 2);
    await log.send(topic, 0, [record('a', 'x')]);
    // given a second member, which may take a partition only in good order
    const [second, other] = [
      await logs.connect(optionsOf(server, { sessionTimeoutMs: 1_000, heartbeatMs: 100 })),
      new Collector(),
    ];
    await second.consume(topic, 'group', other);
    // then it gets its share although the first one's batch is still under way
    await other.until(() => other.owned.size === 1);
    await owner.until(() => owner.owned.size === 1);
    gate.resolve();
    await Promise.race([owner.until(() => owner.values(0).length > 0), other.until(() => other.values(0).length > 0)]);
  });
});

describe('a member that is frozen', () => {
  it('loses its partitions to the others, and joins again when it goes on', async () => {
    const topic = await createTopic(server, 4);
    const member = startMember(topic);
    try {
      await member.until((lines) => lines.filter((line) => line.startsWith('assigned')).length === 4);
      const log = await logs.connect(optionsOf(server, { sessionTimeoutMs: 2_000 }));
      const owner = new Collector();
      await log.consume(topic, 'group', owner);
      await owner.until(() => owner.owned.size === 2);
      const count = (what: string): number => member.lines.filter((line) => line.startsWith(what)).length;
      await member.until(() => count('assigned') > 4 && count('assigned') - count('revoked') === 2);
      // when
      member.child.kill('SIGSTOP');
      await owner.until(() => owner.owned.size === 4);
      await Promise.all([0, 1, 2, 3].map((partition) => log.send(topic, partition, [record('a', 'while away')])));
      for (const partition of [0, 1, 2, 3]) await owner.until(() => owner.values(partition).length === 1);
      const before = member.lines.length;
      const told = (): string[] => member.lines.slice(before).filter((line) => !line.startsWith('record'));
      member.child.kill('SIGCONT');
      // then it hands over what it had, before it is given anything
      await member.until(() => told().length === 4);
      expect(told().map((line) => line.split(' ')[0])).toEqual(['revoked', 'revoked', 'assigned', 'assigned']);
      await owner.until(() => owner.owned.size === 2);
    } finally {
      member.child.kill('SIGKILL');
      await member.ended;
    }
  });
});

describe('a broker that asks who one is', () => {
  let guarded: KafkaServer;
  const users = { seller: 'secret', contract: 'secret too' };
  beforeAll(async () => {
    guarded = await startKafka({ users });
    const admin = new Kafka({
      brokers: [guarded.brokers],
      sasl: { mechanism: 'plain', username: KAFKA_ADMIN, password: 'admin-secret' },
      logLevel: logLevel.NOTHING,
    }).admin();
    await admin.connect();
    await admin.createTopics({ topics: ['market.decisions', 'market.verdicts'].map((topic) => ({ topic })) });
    const rule = {
      host: '*',
      permissionType: AclPermissionTypes.ALLOW,
      resourcePatternType: ResourcePatternTypes.LITERAL,
    };
    const topic = { ...rule, resourceType: AclResourceTypes.TOPIC };
    await admin.createAcls({
      acl: [
        { ...topic, resourceName: 'market.decisions', principal: 'User:seller', operation: AclOperationTypes.WRITE },
        { ...topic, resourceName: 'market.decisions', principal: 'User:contract', operation: AclOperationTypes.READ },
      ],
    });
    await admin.disconnect();
  }, 60_000);
  afterAll(() => guarded?.close());

  const as = (username: string, password: string, producer?: (typeof PRODUCERS)[number]): Promise<KafkaLog> => {
    const sasl = { mechanism: 'plain', username, password } as const;
    return logs.connect({ brokers: [guarded.brokers], clientId: username, sasl }, producer);
  };

  it('refuses a wrong password at once', async () => {
    await expect(as('seller', 'wrong')).rejects.toMatchObject({ code: 'log-refused', retryable: false });
  });

  it.each(PRODUCERS)('lets a participant write decisions, and nothing else (producer %s)', async (producer) => {
    const log = await as('seller', users.seller, producer);
    expect(await log.send('market.decisions', 0, [record('a', 'x')])).toEqual([expect.any(Number)]);
    await expect(log.send('market.verdicts', 0, [record('a', 'x')])).rejects.toMatchObject({ code: 'log-refused' });
    await expect(log.tail('market.decisions', 0)).rejects.toMatchObject({ code: 'log-refused' });
  });

  it('tells a consumer without the right to its group so', async () => {
    const log = await as('contract', users.contract);
    const owner = new Collector();
    await log.consume('market.decisions', 'market.contract', owner);
    await owner.until(() => owner.troubles.length > 0);
    expect(owner.troubles[0]).toMatchObject({ code: 'log-refused' });
  });
});

interface Member {
  child: ChildProcess;
  lines: string[];
  ended: Promise<unknown>;
  until(condition: (lines: string[]) => boolean): Promise<void>;
}

function startMember(topic: string): Member {
  const program = join(root, 'test', 'support', 'kafka-member.ts');
  const child = spawn(process.execPath, [program, server.brokers, topic, 'group'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  let wake = (): void => {};
  createInterface(child.stdout).on('line', (line) => {
    lines.push(line);
    wake();
  });
  return {
    child,
    lines,
    ended: once(child, 'exit'),
    until: async (condition) => {
      while (!condition(lines)) await new Promise<void>((resolve) => (wake = resolve));
    },
  };
}
