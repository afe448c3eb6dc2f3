import { outcomeOf } from '@tutti/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ANYBODY, World } from '../fixture/world.js';
import { MemoryJournal } from '../journal/memory-journal.js';
import { outcomeHash } from './outcome-hash.js';

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => world.end());

describe('the outcome hash', () => {
  it('is that of the verdicts, whether sorted in memory or through files', async () => {
    await world.start({ partitions: 3 });
    const subjects = ['a', 'B', 'ä', '\u{1F4E6}', '\uFF5E', 'o-10', 'o-9', 'o\u2028x'];
    for (const type of ['order.place', 'order.ship', 'order.cancel', 'order.vanish']) {
      await world.backbone.submitAll(
        subjects.map((subject) => ({ event: world.event({ type, subject }), authentication: ANYBODY })),
      );
    }
    const verdicts = [];
    for (const partition of [0, 1, 2]) verdicts.push(...(await world.journaled(partition)));
    const wanted = outcomeOf(verdicts.map(({ verdict }) => verdict));
    const journal = new MemoryJournal(world.streams);
    expect(await outcomeHash(journal, 3)).toBe(wanted);
    for (const chars of [0, 100, 1_000]) expect(await outcomeHash(journal, 3, chars)).toBe(wanted);
  });

  it('does not depend on how decisions were spread over batches, epochs and restarts', async () => {
    const said = ['order.place', 'order.ship', 'order.note'].flatMap((type) =>
      ['x', 'y', 'z'].map((subject) => ({ type, subject, id: `${type}-${subject}` })),
    );
    await world.start();
    await world.backbone.submitAll(said.map((one) => ({ event: world.event(one), authentication: ANYBODY })));
    const first = await outcomeHash(new MemoryJournal(world.streams), 1);
    world = new World();
    await world.start({ partitions: 2 });
    for (const one of said) {
      await world.say(one);
      if (one.subject === 'y') {
        world.die();
        await world.start({ partitions: 2 });
      }
    }
    expect(await outcomeHash(new MemoryJournal(world.streams), 2)).toBe(first);
  });
});
