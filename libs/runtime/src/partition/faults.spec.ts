import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Answer } from '../backbone.js';
import { ENGINE } from '../engine.js';
import type { AppendFault } from '../fixture/faults.js';
import { World, codes } from '../fixture/world.js';
import { makeBlock } from '../journal/block.js';
import { MemoryJournal } from '../journal/memory-journal.js';
import type { Block } from '../ports/journal.js';

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => world.end());

/** Writes a block that holds nothing but a header behind the task's back. */
async function writeBehindItsBack(term: number): Promise<void> {
  const journal = new MemoryJournal(world.streams);
  const last = (await journal.last('verdicts-0'))!;
  const first = last.first + last.count;
  const atMs = world.clock.nowMs();
  const block = makeBlock({ stream: 'verdicts-0', first, term, next: null, atMs, engine: ENGINE, lines: [] });
  await journal.append('verdicts-0', block);
}

async function expectMemoryAsFolded(): Promise<void> {
  const folded = await world.folded();
  expect(await world.known(folded.keys())).toEqual(folded);
}

describe('when the journal', () => {
  it('has written a block but its answer was lost, the block is found and counts once', async () => {
    await world.start();
    let appends = 0;
    world.journal.fault = () => (++appends === 1 ? 'after' : 'none');
    const { verdict } = await world.say({ type: 'order.place', subject: 'o1' });
    expect(verdict.accepted).toBe(true);
    expect(appends).toBe(2);
    expect(await world.journaled()).toHaveLength(1);
    await expectMemoryAsFolded();
  });

  it('is away, input waits, readiness says so, and nothing is lost or doubled', async () => {
    await world.start();
    let isAway = true;
    world.journal.fault = () => (isAway ? 'before' : 'none');
    const said = world.say({ type: 'order.place', subject: 'o1' });
    await vi.waitFor(() =>
      expect(world.backbone.status()).toMatchObject({ ready: false, problems: [{ code: 'journal-unavailable' }] }),
    );
    await expect(world.backbone.subject('o1')).rejects.toMatchObject({ code: 'unavailable', retryable: true });
    const more = world.say({ type: 'order.ship', subject: 'o1' });
    isAway = false;
    expect((await said).verdict).toMatchObject({ accepted: true, subject: { sequence: 1 } });
    expect((await more).verdict).toMatchObject({ accepted: true, subject: { sequence: 2 } });
    expect(world.backbone.status()).toMatchObject({ ready: true, problems: [] });
    expect((await world.backbone.subject('o1'))?.state).toBe('shipped');
    expect(await world.journaled()).toHaveLength(2);
  });

  it('is away while the backbone closes, what waits is answered unavailable and can be sent again', async () => {
    await world.start();
    world.journal.fault = () => 'before';
    const said = world.say({ type: 'order.place', subject: 'o1', id: 'a' });
    said.catch(() => undefined);
    await vi.waitFor(() => expect(world.backbone.status().ready).toBe(false));
    await world.backbone.close();
    await expect(said).rejects.toMatchObject({ code: 'unavailable', retryable: true });
    await world.start();
    expect(await world.say({ type: 'order.place', subject: 'o1', id: 'a' })).toMatchObject({ duplicate: false });
  });

  it('holds a block of somebody else under the same term, memory is rebuilt and the input judged again', async () => {
    await world.start();
    await world.say({ type: 'order.place', subject: 'o1' });
    let once = true;
    world.journal.fault = async (stream): Promise<AppendFault> => {
      if (once && stream === 'verdicts-0') {
        once = false;
        await writeBehindItsBack(1);
      }
      return 'none';
    };
    const { verdict } = await world.say({ type: 'order.ship', subject: 'o1' });
    expect(verdict).toMatchObject({ accepted: true, subject: { state: 'shipped', sequence: 2 } });
    expect(await world.journaled()).toHaveLength(2);
    await expectMemoryAsFolded();
    expect(world.backbone.status().ready).toBe(true);
  });

  it('holds a claim of a later owner, the task stops and says so', async () => {
    await world.start();
    await world.say({ type: 'order.place', subject: 'o1' });
    await writeBehindItsBack(2);
    await expect(world.say({ type: 'order.ship', subject: 'o1' })).rejects.toMatchObject({ code: 'unavailable' });
    expect(world.backbone.status()).toMatchObject({ ready: false, problems: [{ code: 'partition-lost' }] });
    await expect(world.say({ type: 'order.ship', subject: 'o1' })).rejects.toMatchObject({ code: 'unavailable' });
    await expect(world.backbone.subject('o1')).rejects.toMatchObject({ code: 'unavailable' });
    expect(await world.journaled()).toHaveLength(1);
  });

  it('has two tasks on one partition, only the later one writes', async () => {
    const first = await world.start();
    await world.say({ type: 'order.place', subject: 'o1', id: 'a' });
    const second = await world.start();
    const late = world.event({ type: 'order.cancel', subject: 'o1', id: 'b' });
    await expect(first.submit(late, { how: 'none' })).rejects.toMatchObject({ code: 'unavailable' });
    expect(await second.submit(late, { how: 'none' })).toMatchObject({ duplicate: false, verdict: { accepted: true } });
    expect((await world.journaled()).map(({ verdict }) => verdict.id)).toEqual(['a', 'b']);
    // The store did not take anything from the one that was fenced either.
    await first.close();
    await second.close();
    await world.start();
    await expectMemoryAsFolded();
  });
});

describe('when the process dies', () => {
  it('after the block was written and before the answer, the same decision gets that verdict', async () => {
    await world.start();
    let written: (block: Block) => void;
    const wrote = new Promise<Block>((resolve) => (written = resolve));
    world.journal.fault = async (stream, block) => {
      await world.journal.below.append(stream, block);
      written(block);
      return new Promise(() => undefined);
    };
    void world.say({ type: 'order.place', subject: 'o1', id: 'a' });
    await wrote;
    world.die();
    await world.start();
    const again = await world.say({ type: 'order.place', subject: 'o1', id: 'a' });
    expect(again).toMatchObject({ duplicate: true, verdict: { accepted: true } });
    expect(await world.journaled()).toHaveLength(1);
  });

  it('between journal and store, the store is brought up from its checkpoint', async () => {
    await world.start({ tasks: { flushVerdicts: 3 } });
    for (const subject of ['o1', 'o2', 'o3', 'o4', 'o5']) await world.say({ type: 'order.place', subject });
    await world.say({ type: 'order.ship', subject: 'o1' });
    await world.say({ type: 'order.note', subject: 'o5' });
    const { checkpointRevision, revision } = world.backbone.status().partitions[0]!;
    expect(checkpointRevision).toBeGreaterThan(0);
    expect(checkpointRevision).toBeLessThan(revision);
    world.die();
    await world.start();
    await expectMemoryAsFolded();
    expect((await world.backbone.subject('o1'))?.state).toBe('shipped');
  });
});

describe('when the store', () => {
  it('is away, the task waits for it and goes on', async () => {
    await world.start({ tasks: { flushVerdicts: 1 } });
    world.store.away = true;
    await world.say({ type: 'order.place', subject: 'o1' });
    await vi.waitFor(() =>
      expect(world.backbone.status()).toMatchObject({ ready: false, problems: [{ code: 'store-unavailable' }] }),
    );
    const said = world.say({ type: 'order.ship', subject: 'o1' });
    world.store.away = false;
    expect((await said).verdict.accepted).toBe(true);
    expect(world.backbone.status().ready).toBe(true);
    await expectMemoryAsFolded();
  });

  it('has committed but its answer was lost, the commit is recognised', async () => {
    await world.start({ tasks: { flushVerdicts: 1 } });
    world.store.loseAnswers = 1;
    await world.say({ type: 'order.place', subject: 'o1' });
    await world.say({ type: 'order.ship', subject: 'o1' });
    await vi.waitFor(() => {
      const { checkpointRevision, revision } = world.backbone.status().partitions[0]!;
      expect(checkpointRevision).toBe(revision);
    });
    await expectMemoryAsFolded();
  });

  it('is ahead of its journal, it is discarded', async () => {
    await world.start();
    await world.say({ type: 'order.place', subject: 'o1', id: 'a' });
    const blocks = [...world.streams.blocks.get('verdicts-0')!];
    await world.say({ type: 'order.cancel', subject: 'o1', id: 'b' });
    await world.say({ type: 'order.place', subject: 'o2' });
    await world.backbone.close();
    world.streams.blocks.set('verdicts-0', blocks);
    await world.start();
    expect((await world.backbone.subject('o1'))?.state).toBe('placed');
    expect(await world.backbone.subject('o2')).toBeUndefined();
    await expectMemoryAsFolded();
  });

  it('was moved by somebody else, it is discarded and rebuilt', async () => {
    await world.start({ tasks: { flushVerdicts: 1 } });
    await world.say({ type: 'order.place', subject: 'o1' });
    await world.store.below.commit(0, await world.store.below.checkpoint(0), { revision: 1, term: 1 }, []);
    await world.say({ type: 'order.ship', subject: 'o1' });
    await world.say({ type: 'order.note', subject: 'o1' });
    await expectMemoryAsFolded();
    expect((await world.backbone.subject('o1'))?.sequence).toBe(3);
  });
});

describe('back-pressure', () => {
  it('answers overloaded beyond the limit, and takes more when there is room', async () => {
    await world.start({ tasks: { queueMax: 3 } });
    const submissions = Array.from({ length: 5 }, (_, n) => ({
      event: world.event({ type: 'order.place', subject: `o${n}` }),
      authentication: { how: 'none' } as const,
    }));
    const answers = await world.backbone.submitAll(submissions);
    expect(answers.map((one) => ('code' in one ? one.code : 'answered'))).toEqual([
      'answered',
      'answered',
      'answered',
      'overloaded',
      'overloaded',
    ]);
    expect((await world.say({ type: 'order.place', subject: 'o9' })).verdict.accepted).toBe(true);
  });
});

describe('large decisions', () => {
  it('spread over blocks as they fit, in order', async () => {
    await world.start();
    const text = 'x'.repeat(200);
    const big = (n: number) => ({ type: 'order.place', subject: `o${n}`, data: { total: n, pad: text.repeat(2_000) } });
    const events = Array.from({ length: 6 }, (_, n) => world.event(big(n)));
    const answers = (await world.backbone.submitAll(
      events.map((event) => ({ event, authentication: { how: 'none' } as const })),
    )) as Answer[];
    expect(answers.map(({ verdict }) => codes(verdict))).toEqual(events.map(() => ['schema-invalid']));
    const revisions = answers.map(({ verdict }) => verdict.revision);
    expect(revisions).toEqual(revisions.toSorted((a, b) => a - b));
    expect(new Set(revisions).size).toBe(6);
    await expectMemoryAsFolded();
  });
});
