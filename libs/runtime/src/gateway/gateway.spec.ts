import { readEvent, type Authentication } from '@tutti/contracts';
import { TuttiError } from '@tutti/kernel';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Cluster, DECISIONS, type Process } from '../fixture/cluster.js';
import { FaultyJournal } from '../fixture/faults.js';
import { addBuyer, ANYBODY, Served } from '../fixture/served.js';
import { MemoryJournal } from '../journal/memory-journal.js';

const SECRET = 'a secret of at least thirty-two characters';

let served: Served;
afterEach(() => served.end());

/** A cluster of so many partitions, with one process that judges. */
function start(partitions = 2, options: Parameters<Cluster['join']>[0] = {}): Promise<Process> {
  served = new Served(partitions);
  return served.start(options);
}

describe('a decision that came over HTTP', () => {
  it('goes into the intake topic and is answered with its verdict', async () => {
    await start();
    const gateway = await served.open();
    const answer = await gateway.submit(served.place('o1', 'a'), ANYBODY);
    expect(answer).toMatchObject({ accepted: true, duplicate: false });
    expect(answer.verdict).toMatchObject({ epoch: 1, contract: 'order.place@1', input: { topic: DECISIONS } });
    expect(JSON.parse(answer.text())).toEqual(JSON.parse(JSON.stringify(answer.verdict)));
  });

  it('is answered with the first verdict where it is the same again, whatever road it came by', async () => {
    await start(1);
    const gateway = await served.open();
    const first = await gateway.submit(served.place('o1', 'a'), ANYBODY);
    served.cluster.put(0, 'o1', JSON.stringify(served.cluster.event({ type: 'order.place', subject: 'o1', id: 'a' })));
    const again = await gateway.submit(served.place('o1', 'a'), ANYBODY);
    expect(again).toMatchObject({ accepted: true, duplicate: true });
    expect(again.verdict.position).toBe(first.verdict.position);
    const other = served.event({ type: 'order.place', subject: 'o1', id: 'a' }, { data: { total: 7 } });
    expect((await gateway.submit(other, ANYBODY)).verdict.reasons).toMatchObject([{ code: 'id-conflict' }]);
  });

  it('keeps the order in which it was given, and its place is told before its verdict is there', async () => {
    await start(1);
    const gateway = await served.open();
    const events = ['place', 'note', 'note', 'ship'].map((verb) =>
      served.event({ type: `order.${verb}`, subject: 'o1' }),
    );
    const places = await gateway.send(events.map((event) => ({ event, authentication: ANYBODY })));
    expect(places).toEqual(places.map((_, offset) => ({ topic: DECISIONS, partition: 0, offset })));
    const found = await Promise.all(places.map((_, offset) => gateway.verdictAt(0, offset, 5_000)));
    expect(found.map((one) => one?.verdict.subject?.sequence)).toEqual([1, 2, 3, 4]);
    expect(found.map((one) => (one!.verdict.input as { offset: number }).offset)).toEqual([0, 1, 2, 3]);
  });

  it('answers many at once, errors in their places', async () => {
    await start();
    const gateway = await served.open();
    const nobody = readEvent({ mode: 'structured', bytes: Buffer.from('{"id":"x"}') });
    const huge = readEvent({ mode: 'structured', bytes: Buffer.alloc(600_000, 0x61), key: 'o1' });
    const answers = await gateway.submitAll(
      [served.place('o1'), nobody, served.place('o2'), huge].map((event) => ({ event, authentication: ANYBODY })),
    );
    expect(answers.map((one) => (one instanceof TuttiError ? one.code : one.accepted))).toEqual([
      true,
      'malformed',
      true,
      'too-large',
    ]);
  });

  it('has a source that the gateway vouches for, where a token proved it and the space trusts nobody', async () => {
    await start(1, { trust: 'signed', gatewaySecret: SECRET });
    const operator = await served.open();
    await operator.inForce((await operator.operate(addBuyer('buyer-1'))).effectiveEpoch);
    const token: Authentication = { how: 'token', participant: 'buyer-1' };
    const vouching = await served.open({ gatewaySecret: SECRET });
    expect((await vouching.submit(served.place('o1'), token)).verdict).toMatchObject({ accepted: true, auth: 'token' });
    expect((await operator.submit(served.place('o2'), token)).verdict.reasons).toMatchObject([
      { code: 'unauthenticated' },
    ]);
  });

  it('is told to come later where its verdict takes too long, and that it is durable', async () => {
    const process = await start(1);
    const gateway = await served.open({ submitWaitMs: 1_000 });
    await process.member.close();
    const submitted = gateway.submit(served.place('o1'), ANYBODY);
    await vi.waitUntil(() => served.cluster.sent(0) === 1);
    const refused = expect(submitted).rejects.toMatchObject({
      code: 'verdict-pending',
      retryable: true,
      facts: { topic: DECISIONS, partition: 0, offset: 0 },
    });
    const timer = setInterval(() => served.cluster.clock.advance(100), 1);
    await refused;
    clearInterval(timer);
  });

  it('is told that the log is away', async () => {
    await start(1);
    const log = served.cluster.broker.client();
    const gateway = await served.open({ log });
    await log.close();
    await expect(gateway.submit(served.place('o1'), ANYBODY)).rejects.toMatchObject({
      code: 'unavailable',
      retryable: true,
    });
    expect(gateway.status().problems).toMatchObject([{ code: 'log-unavailable' }]);
    expect(gateway.status().ready).toBe(false);
  });
});

describe('the verdict of an input', () => {
  it('is found however long ago it was given', async () => {
    await start(1);
    const writer = await served.open();
    for (let i = 0; i < 40; i++) {
      await writer.submit(served.place(`o${i}`, 'a'), ANYBODY);
      if (i % 3 === 0) await writer.submit(served.place(`o${i}`, 'a'), ANYBODY);
    }
    const reader = await served.open();
    for (let offset = 0; offset < served.cluster.sent(0); offset++) {
      const found = await reader.verdictAt(0, offset, 0);
      const subject = (found!.verdict.decision as { subject: string }).subject;
      const { value } = served.cluster.broker.partitionsOf(DECISIONS)[0]!.records[offset]!;
      expect(JSON.parse(value!.toString())).toMatchObject({ subject });
      if (!found!.duplicate) expect(found!.verdict.input).toMatchObject({ offset });
    }
  });

  it('is waited for, and then is not there yet, where nobody judges', async () => {
    const process = await start(1);
    const gateway = await served.open();
    await process.member.close();
    served.cluster.send({ type: 'order.place', subject: 'o1' });
    expect(await gateway.verdictAt(0, 0, 0)).toBeUndefined();
    const waiting = gateway.verdictAt(0, 0, 60_000);
    await served.cluster.join();
    expect((await waiting)?.verdict.accepted).toBe(true);
  });

  it.each([
    [7, 0],
    [0, 0],
    [0, -1],
    [0, 1.5],
  ])('of partition %s, offset %s, cannot be', async (partition, offset) => {
    await start(1);
    const gateway = await served.open();
    await expect(gateway.verdictAt(partition, offset, 0)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('is found in spite of a journal that is away for a while', async () => {
    await start(1);
    const journal = new FaultyJournal(new MemoryJournal(served.cluster.streams));
    const gateway = await served.open({ journal });
    let failures = 3;
    const read = journal.below.read.bind(journal.below);
    vi.spyOn(journal, 'read').mockImplementation((...asked) =>
      failures-- > 0
        ? Promise.reject(new TuttiError('journal-unavailable', 'away', { retryable: true }))
        : read(...asked),
    );
    expect((await gateway.submit(served.place('o1'), ANYBODY)).accepted).toBe(true);
    expect(failures).toBeLessThanOrEqual(0);
  });
});
