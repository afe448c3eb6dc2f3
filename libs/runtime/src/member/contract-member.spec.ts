import { generateKeyPairSync } from 'node:crypto';
import { signEvent, vouchFor, VOUCH_HEADER } from '@tutti/contracts';
import { partitionOf } from '@tutti/kernel';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { decideControl } from '../control/decide-control.js';
import { ControlStream } from '../control/control-stream.js';
import { ModelCache } from '../control/model-cache.js';
import { Cluster, DECISIONS, type Entry } from '../fixture/cluster.js';
import { MemoryJournal } from '../journal/memory-journal.js';
import { VerdictReader } from '../reading/verdict-reader.js';

let cluster: Cluster;
afterEach(() => cluster.end());

const INTERVAL = { interval: 2, timeout: 10_000 };

/** Resolves when every record of the topic has been answered; gives what the partition holds then. */
async function answered(partition = 0): Promise<Entry[]> {
  const expected = Array.from({ length: cluster.sent(partition) }, (_, offset) => offset);
  await vi.waitFor(async () => expect(await cluster.offsets(partition)).toEqual(expected), INTERVAL);
  return cluster.entries(partition);
}

const codesOf = (entries: Entry[]): string[][] =>
  entries.flatMap((entry) => (entry.kind === 'verdict' ? [entry.codes] : []));

describe('a member of the contract processes', () => {
  it('creates the space, takes its partitions, and answers what is in the topic', async () => {
    cluster = new Cluster(3);
    for (let n = 0; n < 30; n++) cluster.send({ type: 'order.place', subject: `o${n}` });
    const owned: number[] = [];
    const { member } = await cluster.join({ onOwned: (partition) => owned.push(partition) });
    await cluster.openEpoch();
    for (const partition of [0, 1, 2]) {
      const entries = await answered(partition);
      expect(entries[0]).toMatchObject({ kind: 'barrier', epoch: 1 });
      for (const entry of entries.slice(1)) expect(entry).toMatchObject({ verdict: { accepted: true } });
      const { header } = (await cluster.blocks(partition)).at(-1)!;
      expect(header).toMatchObject({ term: 1, next: cluster.sent(partition) });
    }
    expect(owned).toEqual([0, 1, 2]);
    const status = member.status();
    expect(status).toMatchObject({ ready: true, problems: [], epoch: 1, modelRevision: 1, model: 'shop' });
    expect(status.partitions.map(({ cursor, lag, queued }) => [cursor, lag, queued])).toEqual(
      [0, 1, 2].map((partition) => [cluster.sent(partition), 0, 0]),
    );
  });

  it('names the road and the time of the broker in each verdict', async () => {
    cluster = new Cluster();
    await cluster.join();
    await cluster.openEpoch();
    cluster.clock.advance(1_500);
    const atMs = cluster.clock.nowMs();
    cluster.send({ type: 'order.place', subject: 'o1' });
    cluster.clock.advance(60_000);
    const [, entry] = await answered();
    expect(entry).toMatchObject({ verdict: { atMs, road: { topic: DECISIONS, partition: 0, offset: 0 } } });
  });

  it('records a decision sent again as a duplicate, in the same block, in another one, and after a restart', async () => {
    cluster = new Cluster();
    const first = await cluster.join();
    const again = { type: 'order.place', subject: 'o1', id: 'a' };
    cluster.send(again);
    cluster.send(again);
    await cluster.openEpoch();
    await answered();
    cluster.send(again);
    await answered();
    await first.member.close();
    await cluster.join();
    cluster.send(again);
    cluster.send({ ...again, data: { total: 7 } });
    const entries = await answered();
    expect(entries.map(({ kind }) => kind)).toEqual([
      'barrier',
      'verdict',
      'duplicate',
      'duplicate',
      'duplicate',
      'verdict',
    ]);
    expect(codesOf(entries)).toEqual([[], ['id-conflict']]);
    const duplicates = entries.filter((entry) => entry.kind === 'duplicate');
    expect(duplicates.map(({ of }) => of)).toEqual([4, 4, 4]);
    const reader = new VerdictReader(new MemoryJournal(cluster.streams), 0);
    const { verdicts, next } = await reader.page(0, 100);
    expect(verdicts.map(({ revision }) => revision)).toEqual([4, 11]);
    expect(next).toBe(12);
    expect(await reader.at(5)).toBeUndefined();
  });

  it('takes events in binary and in structured mode, as the same decision', async () => {
    cluster = new Cluster();
    await cluster.join();
    await cluster.openEpoch();
    const event = cluster.event({ type: 'order.place', subject: 'o1', id: 'a' });
    const { data, ...attributes } = event;
    const headers = Object.fromEntries(
      Object.entries(attributes).map(([name, value]) => [`ce_${name}`, String(value)]),
    );
    cluster.put(0, 'o1', JSON.stringify(data), { ...headers, 'content-type': 'application/json' });
    cluster.put(0, 'o1', JSON.stringify(event, null, 2), { 'content-type': 'application/cloudevents+json' });
    const entries = await answered();
    expect(entries.map(({ kind }) => kind)).toEqual(['barrier', 'verdict', 'duplicate']);
  });

  it('gives tombstones, what cannot be read and what is too large a verdict under the key', async () => {
    cluster = new Cluster();
    await cluster.join();
    await cluster.openEpoch();
    cluster.put(0, 'o1', null);
    cluster.put(0, 'o1', '{"half":');
    cluster.put(0, 'o1', Buffer.from([0xff, 0xfe]));
    cluster.put(0, 'o1', 'x'.repeat(900_000));
    cluster.put(0, 'o1', '');
    cluster.put(0, null, 'not json');
    cluster.put(0, '\u0000', '7');
    cluster.send({ type: 'order.place', subject: 'o1' });
    const [, ...entries] = await answered();
    expect(codesOf(entries)).toEqual([
      ['unreadable'],
      ['unreadable'],
      ['unreadable'],
      ['too-large'],
      ['unreadable'],
      ['unreadable'],
      ['envelope-invalid'],
      [],
    ]);
    const subjects = entries.map((entry) => (entry.kind === 'verdict' ? entry.verdict.subject?.id : ''));
    expect(subjects).toEqual(['o1', 'o1', 'o1', 'o1', 'o1', undefined, undefined, 'o1']);
  });

  it('judges a decision without data that is a record without value', async () => {
    cluster = new Cluster();
    await cluster.join();
    await cluster.openEpoch();
    cluster.send({ type: 'order.place', subject: 'o1' });
    const { data: _, ...attributes } = cluster.event({ type: 'order.cancel', subject: 'o1' });
    const headers = Object.fromEntries(
      Object.entries(attributes).map(([name, value]) => [`ce_${name}`, String(value)]),
    );
    cluster.put(0, 'o1', null, headers);
    expect((await answered()).at(-1)).toMatchObject({ codes: [], verdict: { subject: { state: 'cancelled' } } });
  });

  it('rejects what a foreign partitioner has put elsewhere, and lets it touch no subject', async () => {
    cluster = new Cluster(4);
    const { member } = await cluster.join();
    await cluster.openEpoch();
    const own = cluster.send({ type: 'order.place', subject: 'o1' });
    const other = (own + 1) % 4;
    cluster.put(other, 'o1', JSON.stringify(cluster.event({ type: 'order.cancel', subject: 'o1', id: 'c' })));
    cluster.put(other, 'o1', 'not json');
    cluster.put(own, 'o2', JSON.stringify(cluster.event({ type: 'order.cancel', subject: 'o1', id: 'd' })));
    cluster.put(own, null, JSON.stringify(cluster.event({ type: 'order.cancel', subject: 'o1', id: 'e' })));
    cluster.put(own, 'o1', JSON.stringify(cluster.event({ type: 'order.cancel', subject: 'o1', id: 'c' })));
    const elsewhere = await answered(other);
    expect(codesOf(elsewhere)).toEqual([['misrouted'], ['unreadable']]);
    expect(elsewhere[1]).toMatchObject({ verdict: { subject: undefined, reasons: [{ pointer: '/subject' }] } });
    const [reason] = (elsewhere[1] as { verdict: { reasons: { detail: string }[] } }).verdict.reasons;
    expect(reason!.detail).toMatch(/partitioner=murmur2_random.*NewCustomPartitioner/);
    const here = await answered(own);
    expect(codesOf(here)).toEqual([[], ['misrouted'], ['misrouted'], []]);
    expect(here.at(-1)).toMatchObject({ verdict: { subject: { state: 'cancelled', sequence: 2 } } });
    await member.close();
    const { folded, stored } = await cluster.subjects(other);
    expect([folded.size, stored.size]).toEqual([0, 0]);
    expect((await cluster.subjects(own)).stored).toEqual((await cluster.subjects(own)).folded);
  });

  it('waits with its input while there is no model', async () => {
    cluster = new Cluster();
    const { member } = await cluster.join({ model: undefined });
    cluster.send({ type: 'order.place', subject: 'o1' });
    await vi.waitFor(() => expect(member.status().partitions[0]).toMatchObject({ queued: 1, lag: 1 }), INTERVAL);
    expect(member.status()).toMatchObject({ modelRevision: 0, model: '' });
    await cluster.join();
    await cluster.openEpoch();
    await answered();
  });

  it('takes more than its queue holds, a little at a time', async () => {
    cluster = new Cluster();
    for (let n = 0; n < 700; n++) cluster.send({ type: 'order.place', subject: `o${n}` });
    const { member } = await cluster.join({ tasks: { queueMax: 10 } });
    await vi.waitFor(() => expect(member.status().partitions[0]?.queued).toBe(10), INTERVAL);
    await cluster.openEpoch();
    await answered();
  });

  it('answers what it has when it closes, stores it, and leaves', async () => {
    cluster = new Cluster();
    const { member, log } = await cluster.join();
    await cluster.openEpoch();
    for (let n = 0; n < 50; n++) cluster.send({ type: 'order.place', subject: `o${n}` });
    await vi.waitFor(() => expect(member.status().partitions[0]?.cursor).toBeGreaterThan(0), INTERVAL);
    await member.close();
    const cursor = (await cluster.blocks(0)).at(-1)!.header.next;
    expect(await cluster.offsets()).toEqual(Array.from({ length: cursor! }, (_, offset) => offset));
    const { folded, stored } = await cluster.subjects(0);
    expect(stored).toEqual(folded);
    expect(member.status()).toMatchObject({ ready: false, partitions: [] });
    expect(await log.partitions(DECISIONS)).toBe(1);
  });
});

describe('a space where sources must be proven', () => {
  const SECRET = 'a secret of at least thirty-two characters';

  async function register(publicKey?: string): Promise<void> {
    const models = new ModelCache();
    const control = await ControlStream.open(new MemoryJournal(cluster.streams), models.compile, 0);
    const why = { by: 'ops-1', because: 'spec' };
    const act = async (one: Parameters<typeof decideControl>[0]): Promise<void> => {
      await control.append((state) => decideControl(one, state, cluster.clock.nowMs(), models.compile));
    };
    await act({ act: 'add-participant', participant: 'buyer-1', roles: ['buyer'], ...why });
    if (publicKey !== undefined) await act({ act: 'add-key', participant: 'buyer-1', publicKey, ...why });
    control.close();
  }

  it('believes a vouch of the gateway, and no other', async () => {
    cluster = new Cluster();
    await cluster.join({ trust: 'signed', gatewaySecret: SECRET });
    await register();
    await cluster.openEpoch();
    const put = (secret: string | undefined, participant: string, vouchedValue?: string): void => {
      const value = JSON.stringify(cluster.event({ type: 'order.place', subject: 'o1' }));
      const vouched = { key: Buffer.from('o1'), value: Buffer.from(vouchedValue ?? value), headers: {} };
      const headers = secret === undefined ? {} : { [VOUCH_HEADER]: vouchFor(participant, vouched, secret) };
      cluster.put(0, 'o1', value, headers as Record<string, string>);
    };
    put(SECRET, 'buyer-1');
    put(undefined, '');
    put('another secret of at least thirty-two characters', 'buyer-1');
    put(SECRET, 'buyer-1', '{}');
    put(SECRET, 'buyer-2');
    const [, ...entries] = await answered();
    const refused = ['unauthenticated'];
    expect(codesOf(entries)).toEqual([[], refused, refused, refused, refused]);
    expect(entries[0]).toMatchObject({ verdict: { auth: 'token' } });
  });

  it('believes a signature', async () => {
    cluster = new Cluster();
    await cluster.join({ trust: 'signed' });
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    await register(publicKey.export({ format: 'jwk' }).x);
    await cluster.openEpoch();
    const event = cluster.event({ type: 'order.place', subject: 'o1' });
    cluster.put(0, 'o1', JSON.stringify({ ...event, signature: signEvent(event, privateKey, 'buyer-1#1') }));
    cluster.put(0, 'o1', JSON.stringify({ ...event, id: 'x', signature: signEvent(event, privateKey, 'buyer-1#1') }));
    const [, ...entries] = await answered();
    expect(codesOf(entries)).toEqual([[], ['unauthenticated']]);
    expect(entries[0]).toMatchObject({ verdict: { auth: 'signature buyer-1#1' } });
  });

  it('is not joined with a secret that can be guessed', async () => {
    cluster = new Cluster();
    await expect(cluster.join({ gatewaySecret: 'short' })).rejects.toMatchObject({ code: 'malformed' });
  });
});

describe('what cannot be judged exactly is refused', () => {
  it('a topic with another number of partitions', async () => {
    cluster = new Cluster(4, 3);
    await expect(cluster.join()).rejects.toMatchObject({
      code: 'topic-differs',
      facts: { topic: DECISIONS, actual: 3, expected: 4 },
    });
  });

  it('a space of another name', async () => {
    cluster = new Cluster();
    await cluster.join();
    await expect(cluster.join({ space: 'market' })).rejects.toMatchObject({ code: 'space-differs' });
  });

  it('a topic whose records were deleted before they were judged', async () => {
    cluster = new Cluster(2);
    const first = await cluster.join();
    await cluster.openEpoch();
    const subject = Array.from({ length: 20 }, (_, n) => `o${n}`).find((id) => partitionOf(id, 2) === 1)!;
    for (let n = 0; n < 5; n++) cluster.send({ type: 'order.note', subject });
    await answered(1);
    await first.member.close();
    for (let n = 0; n < 5; n++) cluster.send({ type: 'order.note', subject });
    const { records } = cluster.broker.partitionsOf(DECISIONS)[1]!;
    records.splice(0, 8);

    const { member } = await cluster.join();
    await vi.waitFor(() => expect(member.status().partitions).toHaveLength(1), INTERVAL);
    expect(member.status()).toMatchObject({ ready: false, problems: [{ code: 'intake-truncated' }] });
    expect(member.status().problems[0]!.detail).toContain('offsets 5 to 7 are missing');
    expect((await cluster.blocks(1)).at(-1)!.header.term).toBe(1);
    // The other one is worked on.
    const other = Array.from({ length: 20 }, (_, n) => `o${n}`).find((id) => partitionOf(id, 2) === 0)!;
    cluster.send({ type: 'order.place', subject: other });
    await answered(0);
  });

  it('a topic that ends before what was judged', async () => {
    cluster = new Cluster();
    const first = await cluster.join();
    await cluster.openEpoch();
    for (let n = 0; n < 5; n++) cluster.send({ type: 'order.note', subject: 'o1' });
    await answered();
    await first.member.close();
    cluster.broker.partitionsOf(DECISIONS)[0]!.records.splice(2);
    const { member } = await cluster.join();
    await vi.waitFor(
      () => expect(member.status()).toMatchObject({ ready: false, problems: [{ code: 'intake-truncated' }] }),
      INTERVAL,
    );
  });
});
