import { readEvent, serializeSubject, type Authentication, type DecisionEvent } from '@tutti/contracts';
import { TuttiError, type Json } from '@tutti/kernel';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runFeedback, type RunningFeedback } from '../feedback/run-feedback.js';
import { Cluster, DECISIONS, SPACE, type Process } from '../fixture/cluster.js';
import { FaultyJournal } from '../fixture/faults.js';
import { MemoryJournal } from '../journal/memory-journal.js';
import { MemoryLeases, MemoryLeaseTable } from '../leases/memory-leases.js';
import { MemoryProjections, MemoryProjectionStore } from '../projection/memory-projection-store.js';
import { runProjection, type RunningProjection } from '../projection/run-projection.js';
import { MemorySubjectStore } from '../store/memory-subject-store.js';
import type { OperatorAct } from '../control/operator-act.js';
import { createGateway, type GatewayOptions } from './create-gateway.js';
import type { Gateway } from './gateway.js';

const ANYBODY: Authentication = { how: 'none' };
const add = (participant: string): OperatorAct => ({
  act: 'add-participant',
  participant,
  roles: ['buyer'],
  by: 'ops',
  because: 'spec',
});
const SECRET = 'a secret of at least thirty-two characters';

let cluster: Cluster;
let rows: MemoryProjections;
let closers: (() => Promise<void>)[];

beforeEach(() => {
  closers = [];
  rows = new MemoryProjections();
});
afterEach(async () => {
  for (const close of closers.toReversed()) await close();
  await cluster.end();
});

async function start(partitions = 2, options: Parameters<Cluster['join']>[0] = {}): Promise<Process> {
  cluster = new Cluster(partitions);
  const process = await cluster.join(options);
  feedback();
  return process;
}

function feedback(): RunningFeedback {
  const running = runFeedback({
    space: SPACE,
    journal: new MemoryJournal(cluster.streams),
    leases: new MemoryLeases(new MemoryLeaseTable(() => cluster.clock.monotonicMs())),
    owner: 'feedback',
    clock: cluster.clock,
    pace: { minimumMs: 0 },
  });
  closers.push(() => running.close());
  return running;
}

function projection(): RunningProjection {
  const running = runProjection({
    space: SPACE,
    journal: new MemoryJournal(cluster.streams),
    store: new MemoryProjectionStore(rows),
    leases: new MemoryLeases(new MemoryLeaseTable(() => cluster.clock.monotonicMs())),
    owner: 'projection',
    clock: cluster.clock,
    pace: { commitEveryMs: 0 },
  });
  closers.push(() => running.close());
  return running;
}

async function open(options: Partial<GatewayOptions> = {}): Promise<Gateway> {
  const gateway = await createGateway({
    space: SPACE,
    journal: new MemoryJournal(cluster.streams),
    store: new MemorySubjectStore(cluster.rows),
    projection: new MemoryProjectionStore(rows),
    log: cluster.broker.client(),
    clock: cluster.clock,
    ...options,
  });
  closers.push(() => gateway.close());
  await gateway.inForce(1);
  return gateway;
}

const structured = (sent: Parameters<Cluster['event']>[0], more: Record<string, Json> = {}): DecisionEvent =>
  readEvent({ mode: 'structured', bytes: Buffer.from(JSON.stringify({ ...cluster.event(sent), ...more })) });

const place = (subject: string, id?: string, by?: string): DecisionEvent =>
  structured({ type: 'order.place', subject, ...(id !== undefined && { id }), ...(by !== undefined && { by }) });

describe('a decision that came over HTTP', () => {
  it('goes into the intake topic and is answered with its verdict', async () => {
    await start();
    const gateway = await open();
    const answer = await gateway.submit(place('o1', 'a'), ANYBODY);
    expect(answer).toMatchObject({ accepted: true, duplicate: false });
    expect(answer.verdict).toMatchObject({ epoch: 1, contract: 'order.place@1', input: { topic: DECISIONS } });
    expect(JSON.parse(answer.text())).toEqual(JSON.parse(JSON.stringify(answer.verdict)));
  });

  it('is answered with the first verdict where it is the same again, whatever road it came by', async () => {
    await start(1);
    const gateway = await open();
    const first = await gateway.submit(place('o1', 'a'), ANYBODY);
    cluster.put(0, 'o1', JSON.stringify(cluster.event({ type: 'order.place', subject: 'o1', id: 'a' })));
    const again = await gateway.submit(place('o1', 'a'), ANYBODY);
    expect(again).toMatchObject({ accepted: true, duplicate: true });
    expect(again.verdict.position).toBe(first.verdict.position);
    const other = structured({ type: 'order.place', subject: 'o1', id: 'a' }, { data: { total: 7 } });
    expect((await gateway.submit(other, ANYBODY)).verdict.reasons).toMatchObject([{ code: 'id-conflict' }]);
  });

  it('keeps the order in which it was given, and its place is told before its verdict is there', async () => {
    await start(1);
    const gateway = await open();
    const events = ['place', 'note', 'note', 'ship'].map((verb) =>
      structured({ type: `order.${verb}`, subject: 'o1' }),
    );
    const places = await gateway.send(events.map((event) => ({ event, authentication: ANYBODY })));
    expect(places).toEqual(places.map((_, offset) => ({ topic: DECISIONS, partition: 0, offset })));
    const found = await Promise.all(places.map((_, offset) => gateway.verdictAt(0, offset, 5_000)));
    expect(found.map((one) => one?.verdict.subject?.sequence)).toEqual([1, 2, 3, 4]);
    expect(found.map((one) => (one!.verdict.input as { offset: number }).offset)).toEqual([0, 1, 2, 3]);
  });

  it('answers many at once, errors in their places', async () => {
    await start();
    const gateway = await open();
    const nobody = readEvent({ mode: 'structured', bytes: Buffer.from('{"id":"x"}') });
    const huge = readEvent({ mode: 'structured', bytes: Buffer.alloc(600_000, 0x61), key: 'o1' });
    const answers = await gateway.submitAll(
      [place('o1'), nobody, place('o2'), huge].map((event) => ({ event, authentication: ANYBODY })),
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
    const operator = await open();
    await operator.inForce((await operator.operate(add('buyer-1'))).effectiveEpoch);
    const token: Authentication = { how: 'token', participant: 'buyer-1' };
    const vouching = await open({ gatewaySecret: SECRET });
    expect((await vouching.submit(place('o1'), token)).verdict).toMatchObject({ accepted: true, auth: 'token' });
    expect((await operator.submit(place('o2'), token)).verdict.reasons).toMatchObject([{ code: 'unauthenticated' }]);
  });

  it('is told to come later where its verdict takes too long, and that it is durable', async () => {
    const process = await start(1);
    const gateway = await open({ submitWaitMs: 1_000 });
    await process.member.close();
    const submitted = gateway.submit(place('o1'), ANYBODY);
    await vi.waitUntil(() => cluster.sent(0) === 1);
    const refused = expect(submitted).rejects.toMatchObject({
      code: 'verdict-pending',
      retryable: true,
      facts: { topic: DECISIONS, partition: 0, offset: 0 },
    });
    const timer = setInterval(() => cluster.clock.advance(100), 1);
    await refused;
    clearInterval(timer);
  });

  it('is told that the log is away', async () => {
    await start(1);
    const log = cluster.broker.client();
    const gateway = await open({ log });
    await log.close();
    await expect(gateway.submit(place('o1'), ANYBODY)).rejects.toMatchObject({ code: 'unavailable', retryable: true });
    expect(gateway.status().problems).toMatchObject([{ code: 'log-unavailable' }]);
    expect(gateway.status().ready).toBe(false);
  });
});

describe('the verdict of an input', () => {
  it('is found however long ago it was given', async () => {
    await start(1);
    const writer = await open();
    for (let i = 0; i < 40; i++) {
      await writer.submit(place(`o${i}`, 'a'), ANYBODY);
      if (i % 3 === 0) await writer.submit(place(`o${i}`, 'a'), ANYBODY);
    }
    const reader = await open();
    for (let offset = 0; offset < cluster.sent(0); offset++) {
      const found = await reader.verdictAt(0, offset, 0);
      const subject = (found!.verdict.decision as { subject: string }).subject;
      const { value } = cluster.broker.partitionsOf(DECISIONS)[0]!.records[offset]!;
      expect(JSON.parse(value!.toString())).toMatchObject({ subject });
      if (!found!.duplicate) expect(found!.verdict.input).toMatchObject({ offset });
    }
  });

  it('is waited for, and then is not there yet, where nobody judges', async () => {
    const process = await start(1);
    const gateway = await open();
    await process.member.close();
    cluster.send({ type: 'order.place', subject: 'o1' });
    expect(await gateway.verdictAt(0, 0, 0)).toBeUndefined();
    const waiting = gateway.verdictAt(0, 0, 60_000);
    await cluster.join();
    expect((await waiting)?.verdict.accepted).toBe(true);
  });

  it.each([
    [7, 0],
    [0, 0],
    [0, -1],
    [0, 1.5],
  ])('of partition %s, offset %s, cannot be', async (partition, offset) => {
    await start(1);
    const gateway = await open();
    await expect(gateway.verdictAt(partition, offset, 0)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('is found in spite of a journal that is away for a while', async () => {
    await start(1);
    const journal = new FaultyJournal(new MemoryJournal(cluster.streams));
    const gateway = await open({ journal });
    let failures = 3;
    const read = journal.below.read.bind(journal.below);
    vi.spyOn(journal, 'read').mockImplementation((...asked) =>
      failures-- > 0
        ? Promise.reject(new TuttiError('journal-unavailable', 'away', { retryable: true }))
        : read(...asked),
    );
    expect((await gateway.submit(place('o1'), ANYBODY)).accepted).toBe(true);
    expect(failures).toBeLessThanOrEqual(0);
  });
});

describe('what stands in the journal is read', () => {
  it('by subject, though the store is behind', async () => {
    const process = await start(1);
    const gateway = await open();
    await gateway.submit(place('o1', 'a'), ANYBODY);
    await gateway.submit(
      structured({ type: 'order.note', subject: 'o1', id: 'b', data: { text: '"id":"o2"' } }),
      ANYBODY,
    );
    const before = await gateway.subject('o1');
    expect(before).toMatchObject({ sequence: 2, state: 'placed' });
    expect(await gateway.subject('o2')).toBeUndefined();
    await process.member.close();
    await cluster.join();
    await gateway.submit(structured({ type: 'order.ship', subject: 'o1', id: 'c' }), ANYBODY);
    const after = await gateway.subject('o1');
    expect(after).toMatchObject({ sequence: 3, state: 'shipped' });
    const { folded } = await cluster.subjects(0);
    expect(serializeSubject(after!)).toBe(folded.get('o1'));
    expect((await gateway.history('o1')).map(({ revision }) => revision)).toEqual(after!.log.revisions());
    expect(await gateway.history('o1', after!.log.revisions()[0], 1)).toHaveLength(1);
  });

  it('by participant and id, with and without projection, also where they are written otherwise', async () => {
    await start(2);
    const gateway = await open();
    await gateway.submit(place('o1', 'ä/1'), ANYBODY);
    await gateway.submit(place('o2', 'ä/1'), ANYBODY);
    const escaped = JSON.stringify(cluster.event({ type: 'order.place', subject: 'o3', id: 'X' })).replace(
      '"X"',
      '"\\u00e4\\/1"',
    );
    await gateway.submit(readEvent({ mode: 'structured', bytes: Buffer.from(escaped) }), ANYBODY);
    const pretty = JSON.stringify(cluster.event({ type: 'order.place', subject: 'o4', id: 'ä/1' }), undefined, 2);
    await gateway.submit(readEvent({ mode: 'structured', bytes: Buffer.from(pretty) }), ANYBODY);
    const find = async () =>
      (await gateway.findDecision('buyer-1', 'ä/1')).map(({ subject }) => subject?.id).toSorted();
    expect(await find()).toEqual(['o1', 'o2', 'o3', 'o4']);
    const running = projection();
    await vi.waitUntil(
      () => rows.partitions.size === 2 && running.status().partitions.every(({ revision }) => revision > 1),
    );
    expect(await find()).toEqual(['o1', 'o2', 'o3', 'o4']);
    await gateway.submit(place('o5', 'ä/1'), ANYBODY);
    expect(await find()).toEqual(['o1', 'o2', 'o3', 'o4', 'o5']);
    expect(await gateway.findDecision('buyer-1', 'ä/1', 'o2')).toHaveLength(1);
    expect(await gateway.findDecision('buyer-2', 'ä/1')).toEqual([]);
  });

  it('as edges and use of contracts, projected or not yet', async () => {
    await start(2);
    const gateway = await open();
    const vanish = (subject: string) => structured({ type: 'order.vanish', subject, by: 'buyer-1' });
    await gateway.submit(place('o1'), ANYBODY);
    await gateway.submit(vanish('o1'), ANYBODY);
    const running = projection();
    await vi.waitUntil(() => running.status().partitions.length === 2);
    for (let i = 0; i < 5; i++) {
      await gateway.submit(place(`p${i}`), ANYBODY);
      await gateway.submit(vanish(`p${i}`), ANYBODY);
      expect(await gateway.edges()).toMatchObject([{ code: 'unknown-type', type: 'order.vanish', count: i + 2 }]);
      expect(await gateway.contractUse()).toEqual({ 'order.place': { 1: i + 2 } });
    }
  });

  it('by position, by page, and as it comes', async () => {
    await start(1);
    const gateway = await open();
    let woken = 0;
    const unfollow = gateway.follow(() => woken++);
    const { verdict } = await gateway.submit(place('o1'), ANYBODY);
    expect(await gateway.verdict(0, verdict.revision)).toEqual(verdict);
    expect((await gateway.verdicts(0, 0, 10)).verdicts).toEqual([verdict]);
    await expect(gateway.verdicts(9, 0, 10)).rejects.toMatchObject({ code: 'not-found' });
    expect(gateway.tails()).toEqual([verdict.revision]);
    expect(woken).toBeGreaterThan(0);
    const seen = gateway.tails()[0]!;
    cluster.send({ type: 'order.note', subject: 'o1' });
    await vi.waitUntil(() => gateway.tails()[0]! > seen);
    unfollow();
    const other = await open();
    cluster.send({ type: 'order.note', subject: 'o1' });
    await vi.waitUntil(async () => {
      await other.refreshTails();
      return (await other.verdicts(0, 0, 10)).verdicts.length === 3;
    });
    expect(other.tails()[0]).toBeGreaterThan(seen);
  });

  it('as of now where a decision is only tried', async () => {
    await start(1);
    const gateway = await open();
    const { verdict } = await gateway.submit(place('o1', 'a'), ANYBODY);
    const ship = structured({ type: 'order.ship', subject: 'o1' });
    expect(await gateway.dryRun(ship, ANYBODY)).toMatchObject({
      accepted: true,
      position: '',
      subject: { state: 'shipped' },
    });
    expect(await gateway.dryRun(place('o1', 'a'), ANYBODY)).toMatchObject({ position: verdict.position });
    const other = structured({ type: 'order.place', subject: 'o1', id: 'a' }, { data: { total: 7 } });
    expect((await gateway.dryRun(other, ANYBODY)).reasons).toMatchObject([{ code: 'id-conflict' }]);
    expect(await gateway.dryRun(place('new one'), ANYBODY)).toMatchObject({ accepted: true });
    expect((await gateway.subject('o1'))?.sequence).toBe(1);
  });
});

describe('control through a gateway', () => {
  it('takes an operator’s act, in force once every partition has passed its barrier', async () => {
    await start(3);
    const gateway = await open();
    const { controlRevision, effectiveEpoch } = await gateway.operate(add('p-1'));
    await gateway.inForce(effectiveEpoch);
    expect(gateway.regime().epoch).toBeGreaterThanOrEqual(effectiveEpoch);
    expect(gateway.regime().participants.has('p-1')).toBe(true);
    const other = await open();
    expect(other.regime().participants.has('p-1')).toBe(true);
    expect(other.control().revision).toBeGreaterThanOrEqual(controlRevision);
    await expect(other.operate(add('p-2'), 0)).rejects.toMatchObject({ code: 'revision-mismatch' });
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
    const gateway = await open({ member });
    await vi.waitUntil(() => gateway.status().partitions.length === 2);
    await gateway.submit(place('o1'), ANYBODY);
    expect(await gateway.subject('o1')).toMatchObject({ sequence: 1, state: 'placed' });
    expect(await gateway.subject('o2')).toBeUndefined();
    expect(gateway.tails()).toEqual(member.status().partitions.map(({ revision }) => revision));
  });

  it('reads subjects from the journal where another process has taken its partition over', async () => {
    const { member } = await start(1);
    const gateway = await open({ member });
    await gateway.submit(place('o1'), ANYBODY);
    await cluster.join();
    const other = await open();
    // The zombie still has its tasks; the group has given them to the other one.
    const tasks = member.tasks();
    await member.close();
    await other.submit(structured({ type: 'order.ship', subject: 'o1' }), ANYBODY);
    const zombie = await open({ member: { status: () => ({ problems: [], partitions: [] }), tasks: () => tasks } });
    expect(await zombie.subject('o1')).toMatchObject({ sequence: 2, state: 'shipped' });
  });

  it('ends whoever waits when it closes', async () => {
    const process = await start(1);
    const gateway = await open();
    await process.member.close();
    cluster.send({ type: 'order.place', subject: 'o1' });
    const waiting = gateway.verdictAt(0, 0, 60_000);
    const inForce = gateway.inForce(99);
    await new Promise((resolve) => setImmediate(resolve));
    const both = Promise.allSettled([waiting, inForce]);
    await gateway.close();
    for (const one of await both) expect(one).toMatchObject({ status: 'rejected', reason: { code: 'unavailable' } });
  });

  it('needs the space it was asked for', async () => {
    cluster = new Cluster(1);
    const options = { journal: new MemoryJournal(cluster.streams), store: new MemorySubjectStore(cluster.rows) };
    const rest = { projection: new MemoryProjectionStore(rows), log: cluster.broker.client() };
    await expect(createGateway({ space: SPACE, ...options, ...rest })).rejects.toMatchObject({ code: 'no-space' });
    await cluster.join();
    await expect(createGateway({ space: 'x', ...options, ...rest })).rejects.toMatchObject({ code: 'space-differs' });
  });
});
