import { describe, expect, it } from 'vitest';
import { JournalUnavailableError, type Block, type Journal } from '@tutti/runtime/journal';
import { blockOf, blocksOf } from './testing/blocks.js';
import { groundOf, idsOf } from './testing/ground.js';
import { insist, soon } from './testing/insist.js';

const ground = groundOf();

describe('a server that answers nothing', () => {
  it('is unavailable within the time-out, for every call', async () => {
    await (await ground.open()).append('s', blockOf('s', 0));
    const journal = await ground.open({ timeoutMs: 150 });
    ground.double.freeze();
    const calls = [journal.append('s', blockOf('s', 2)), journal.read('s', 0), journal.last('s'), journal.streams()];
    for (const result of await Promise.allSettled(calls)) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'journal-unavailable', retryable: true } });
    }
    await soon(() => ground.double.open.size).toBeLessThanOrEqual(1);
  });

  it('that carries the append out after all has it once, when it is appended again', async () => {
    const journal = await ground.open({ timeoutMs: 150 });
    const [first, second] = blocksOf('s', [1, 1]) as [Block, Block];
    await insist(journal, 's', first);
    ground.double.freeze();
    await expect(journal.append('s', second)).rejects.toBeInstanceOf(JournalUnavailableError);
    ground.double.thaw();
    await insist(journal, 's', second);
    await soon(() => ground.double.open.size).toBe(0);
    expect(idsOf(await journal.read('s', 0))).toEqual(idsOf([first, second]));
  });

  it('fails what waits behind, which may be appended again in order', async () => {
    const journal = await ground.open({ timeoutMs: 150 });
    const blocks = blocksOf('s', [1, 1, 1, 1]);
    ground.double.freeze();
    const results = await Promise.allSettled(blocks.map((block) => journal.append('s', block)));
    expect(results.map(({ status }) => status)).toEqual(Array.from({ length: 4 }, () => 'rejected'));
    ground.double.thaw();
    for (const block of blocks) await insist(journal, 's', block);
    expect(idsOf(await journal.read('s', 0))).toEqual(idsOf(blocks));
  });
});

describe('an answer that is lost', () => {
  it.each(['connection-lost', 'silence'] as const)('(%s): the same block again is one block', async (how) => {
    const journal = await ground.open({ timeoutMs: 150 });
    const [first, second, third] = blocksOf('s', [1, 1, 1]) as [Block, Block, Block];
    await insist(journal, 's', first);
    ground.double.loseAnswers(how);
    await expect(journal.append('s', second)).rejects.toBeInstanceOf(JournalUnavailableError);
    await insist(journal, 's', second);
    await insist(journal, 's', third);
    expect(idsOf(await journal.read('s', 0))).toEqual(idsOf([first, second, third]));
  });

  it('is made out when the block comes again together with new ones', async () => {
    const [journal, other] = [await ground.open(), await ground.open()];
    const blocks = blocksOf('s', [1, 1, 1]);
    await journal.append('s', blocks[0]!);
    ground.double.loseAnswers('connection-lost');
    await expect(other.append('s', blocks[1]!)).rejects.toBeInstanceOf(JournalUnavailableError);
    await insist(other, 's', blocks[1]!);
    // This one still believes that the stream ends after the first block, and sends both as one append.
    await Promise.all([journal.append('s', blocks[1]!), journal.append('s', blocks[2]!)]);
    expect(idsOf(await journal.read('s', 0))).toEqual(idsOf(blocks));
  });
});

describe('a server that is stopped and started', () => {
  it('in the middle of many appends keeps each block once, in order', async () => {
    const journal = await ground.open({ timeoutMs: 1_000 });
    ground.double.latencyMs = 1;
    const streams = ['verdicts-0', 'verdicts-1', 'verdicts-2'];
    const plans = streams.map((stream) =>
      blocksOf(
        stream,
        Array.from({ length: 60 }, (_, index) => index % 5),
      ),
    );
    const writing = Promise.all(streams.map((stream, index) => pipeline(journal, stream, plans[index]!)));
    const kept = (): number =>
      streams.reduce((sum, name) => sum + (ground.double.kept.streams.get(name)?.length ?? 0), 0);
    for (const blocks of [40, 110]) {
      await soon(kept).toBeGreaterThan(blocks);
      ground.double.stop();
      await ground.double.start();
    }
    await writing;
    for (const [index, stream] of streams.entries()) {
      expect(idsOf(await journal.read(stream, 0))).toEqual(idsOf(plans[index]!));
    }
  });

  it('is found again by a reader and by a follower', async () => {
    const journal = await ground.open();
    await journal.append('s', blockOf('s', 0));
    let wakes = 0;
    const stop = journal.follow('s', () => (wakes += 1));
    await soon(() => ground.double.subscribers).toBe(1);
    ground.double.stop();
    await expect(journal.read('s', 0)).rejects.toBeInstanceOf(JournalUnavailableError);
    await ground.double.start();
    await soon(() => journal.read('s', 0).catch(() => [])).toHaveLength(1);
    await soon(() => ground.double.subscribers).toBe(1);
    const before = wakes;
    await (await ground.open()).append('s', blockOf('s', 2));
    await soon(() => wakes).toBeGreaterThan(before);
    stop();
  });
});

describe('a subscription', () => {
  it('that is dropped is begun again, and wakes', async () => {
    const [journal, other] = [await ground.open(), await ground.open()];
    let wakes = 0;
    journal.follow('s', () => (wakes += 1));
    for (let drops = 1; drops <= 3; drops += 1) {
      await soon(() => ground.double.subscribers).toBe(1);
      ground.double.dropSubscriptions();
      expect(ground.double.subscribers).toBe(0);
      await soon(() => ground.double.asked.subscriptions).toBe(drops + 1);
    }
    await soon(() => ground.double.subscribers).toBe(1);
    const before = wakes;
    await other.append('s', blockOf('s', 0));
    await soon(() => wakes).toBeGreaterThan(before);
  });

  it('that is silent does not keep a follower asleep', async () => {
    const [journal, other] = [await ground.open({ lookEveryMs: 20 }), await ground.open()];
    ground.double.mute = true;
    await other.append('s', blockOf('s', 0));
    let wakes = 0;
    journal.follow('s', () => (wakes += 1));
    await soon(() => wakes).toBeGreaterThan(1);
    for (const first of [2, 4]) {
      const before = wakes;
      await other.append('s', blockOf('s', first));
      await soon(() => wakes).toBeGreaterThan(before);
    }
  });

  it('is one for all followers of a stream, and ends with the last', async () => {
    const journal = await ground.open();
    const stops = [journal.follow('s', () => undefined), journal.follow('s', () => undefined)];
    await soon(() => ground.double.subscribers).toBe(1);
    stops[0]!();
    expect(ground.double.asked.subscriptions).toBe(1);
    stops[1]!();
    await soon(() => ground.double.subscribers).toBe(0);
    expect(ground.double.open.size).toBe(0);
  });
});

/** Appends all blocks, eight at a time. */
async function pipeline(journal: Journal, stream: string, blocks: readonly Block[]): Promise<void> {
  for (let start = 0; start < blocks.length;) {
    const some = blocks.slice(start, start + 8);
    const results = await Promise.allSettled(some.map((block) => journal.append(stream, block)));
    const failed = results.findIndex(({ status }) => status === 'rejected');
    if (failed === -1) {
      start += some.length;
      continue;
    }
    const { reason } = results[failed] as PromiseRejectedResult;
    if (!(reason instanceof JournalUnavailableError)) throw reason;
    await insist(journal, stream, some[failed]!);
    start += failed + 1;
  }
}
