import { describe, expect, it } from 'vitest';
import { JournalUnavailableError } from '@tutti/runtime/journal';
import { blockOf, blocksOf, noiseBlock } from './testing/blocks.js';
import { EventStoreDouble } from './testing/event-store-double.js';
import { groundOf, idsOf } from './testing/ground.js';
import { insist } from './testing/insist.js';

const ground = groundOf();

describe('a server that refuses', () => {
  it('as not the leader: the leader is asked from then on', async () => {
    const leader = await ground.another(new EventStoreDouble(ground.double.kept));
    const journal = await ground.open();
    ground.double.leader = leader.address;
    await expect(journal.append('s', blockOf('s', 0))).rejects.toMatchObject({
      code: 'journal-unavailable',
      message: expect.stringContaining('leader'),
    });
    await insist(journal, 's', blockOf('s', 0));
    expect(leader.asked.appends).toBeGreaterThan(0);
    expect(await journal.read('s', 0)).toHaveLength(1);
  });

  it('access: says what to mend', async () => {
    const journal = await ground.open();
    ground.double.denied = true;
    await expect(journal.last('s')).rejects.toMatchObject({
      code: 'journal-unavailable',
      message: expect.stringContaining('denies'),
      mend: expect.stringContaining('right'),
    });
    ground.double.denied = false;
    expect(await journal.last('s')).toBeUndefined();
  });

  it('a stream as deleted: is no journal', async () => {
    const journal = await ground.open();
    await journal.append('s', blockOf('s', 0));
    ground.double.deleted.add('s');
    for (const call of [journal.read('s', 0), journal.append('s', blockOf('s', 2))]) {
      await expect(call).rejects.toMatchObject({ code: 'journal-corrupt', where: 's@0' });
    }
  });

  it('every block as not the next: is asked no more than a few times', async () => {
    const journal = await ground.open();
    await journal.append('s', blockOf('s', 0));
    ground.double.kept.append = () => ({ wrong: true, current: 0 });
    await expect(journal.append('s', blockOf('s', 2))).rejects.toMatchObject({ code: 'journal-unavailable' });
    expect(ground.double.asked.appends).toBeLessThan(10);
  });

  it('as much in one append: gets less', async () => {
    const journal = await ground.open();
    ground.double.maxAppendBytes = 1_000;
    const blocks = blocksOf('s', [2, 2, 2, 2, 2, 2, 2, 2]);
    await Promise.all(blocks.map((block) => journal.append('s', block)));
    expect(idsOf(await journal.read('s', 0))).toEqual(idsOf(blocks));
    const large = blockOf('s', 24, 200);
    await expect(journal.append('s', large)).rejects.toMatchObject({
      code: 'journal-unavailable',
      mend: expect.stringContaining('MaxAppendSize'),
      facts: { bytesMax: 1_000 },
    });
    ground.double.maxAppendBytes = 1_048_576;
    await journal.append('s', large);
    expect((await journal.last('s'))?.id).toBe(large.id);
  });

  it('more than a megabyte: is never asked to', async () => {
    const journal = await ground.open({ timeoutMs: 10_000 });
    const blocks = [0, 2, 4].map((first) => noiseBlock('s', first, 700_000));
    await Promise.all(blocks.map((block) => journal.append('s', block)));
    expect(idsOf(await journal.read('s', 0))).toEqual(idsOf(blocks));
    // The stream's name, and one for each block.
    expect(ground.double.asked.appends).toBe(4);
  });
});

describe('a cluster', () => {
  it('whose leader ends is followed to the next one', async () => {
    const first = ground.double;
    const second = await ground.another(new EventStoreDouble(first.kept));
    for (const node of [first, second]) node.cluster = [first.address, second.address];
    const hosts = [first, second].map(({ address }) => `${address.host}:${address.port}`).join(',');
    const journal = await ground.open({}, `esdb://${hosts}?tls=false&discoveryInterval=10`);
    await journal.append('s', blockOf('s', 0));
    expect(first.asked.appends).toBeGreaterThan(0);
    first.stop();
    second.cluster = [second.address];
    await insist(journal, 's', blockOf('s', 2));
    expect(second.asked.appends).toBeGreaterThan(0);
    expect(await journal.read('s', 0)).toHaveLength(2);
  });

  it('of which no node can be found is unavailable, for all who ask at once', async () => {
    const nowhere = 'esdb://127.0.0.1:1,127.0.0.1:2?tls=false&maxDiscoverAttempts=2&discoveryInterval=1';
    const journal = await ground.open({}, nowhere);
    const stop = journal.follow('s', () => undefined);
    for (let round = 0; round < 3; round += 1) {
      const calls = [journal.append('s', blockOf('s', 0)), journal.read('s', 0), journal.last('t'), journal.streams()];
      for (const result of await Promise.allSettled(calls)) {
        expect(result).toMatchObject({ status: 'rejected', reason: { code: 'journal-unavailable' } });
        expect((result as PromiseRejectedResult).reason).toBeInstanceOf(JournalUnavailableError);
      }
    }
    stop();
  });
});
