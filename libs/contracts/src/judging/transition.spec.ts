import { describe, expect, it } from 'vitest';
import { BEGIN_MS, codes, DAY_MS, marketplace, regimeOf, Story } from '../fixture/given.js';
import { fireDeadline } from './fire-deadline.js';

const regime = regimeOf(marketplace());

describe('transitions that fail', () => {
  it('are a conflict where another left a state that allowed it', () => {
    const story = new Story(regime).placed();
    story.says({ by: 'buyer-1', type: 'order.cancel' });
    const ship = { by: 'seller-1', type: 'order.ship', data: { carrier: 'carrier-1' } };
    expect(story.says({ ...ship, more: { basedon: 1 } })).toMatchObject({
      reasons: [{ code: 'conflict', pointer: '/basedon' }],
    });
    const verdict = story.says(ship);
    expect(verdict.reasons).toMatchObject([{ code: 'conflict' }]);
    expect(verdict.reasons![0]!.pointer).toBeUndefined();
    expect(verdict.reasons![0]!.detail).toContain('buyer-1 moved it out of placed first');
  });

  it('are undeclared where one moved it oneself, the clock did, or one has seen it all', () => {
    const own = new Story(regime).placed();
    own.says({ by: 'buyer-1', type: 'order.cancel' });
    expect(codes(own.says({ by: 'buyer-1', type: 'order.cancel' }))).toEqual(['undeclared']);
    const clock = new Story(regime).placed();
    clock.records(fireDeadline(clock.subject!, regime, BEGIN_MS + 30 * DAY_MS).verdict);
    expect(codes(clock.says({ by: 'buyer-1', type: 'order.cancel' }))).toEqual(['undeclared']);
    const knowing = new Story(regime).placed();
    knowing.says({ by: 'buyer-1', type: 'order.cancel' });
    const ship = { by: 'seller-1', type: 'order.ship', data: { carrier: 'carrier-1' } };
    expect(codes(knowing.says({ ...ship, more: { basedon: 2 } }))).toEqual(['undeclared']);
  });

  it('are too early where a path leads there, and leave the id free', () => {
    const story = new Story(regime).placed();
    expect(story.says({ by: 'buyer-1', type: 'order.claim' })).toMatchObject({
      reasons: [{ code: 'too-early', retryable: true }],
      usesId: false,
    });
    expect(codes(new Story(regime).says({ by: 'buyer-1', type: 'order.note' }))).toEqual(['too-early']);
  });

  it('are a conflict where an exact decision was made on another sequence', () => {
    const story = new Story(regime).placed();
    const note = { by: 'buyer-1', type: 'order.note' };
    expect(story.says({ ...note, more: { basedon: 0 } })).toMatchObject({ accepted: true });
    expect(story.says({ ...note, more: { basedon: 1, exact: true } })).toMatchObject({
      reasons: [{ code: 'conflict', pointer: '/basedon' }],
    });
    expect(story.says({ ...note, more: { basedon: 2, exact: true } })).toMatchObject({ accepted: true });
  });

  it('are undeclared where the subject is of another type', () => {
    const story = new Story(regime).placed();
    expect(story.says({ by: 'buyer-1', type: 'ticket.open' })).toMatchObject({
      accepted: false,
      reasons: [{ code: 'undeclared', pointer: '/subject' }],
    });
  });
});

describe('facts', () => {
  it('are irregular where the transition fails, and change nothing', () => {
    const story = new Story(regime).placed();
    story.says({ by: 'seller-1', type: 'order.ship', data: { carrier: 'carrier-1' } });
    story.says({ by: 'carrier-1', type: 'order.deliver' });
    story.says({ by: 'buyer-1', type: 'order.claim' });
    story.atMs += 1000;
    const verdict = story.says({ by: 'carrier-1', type: 'order.deliver' });
    expect(verdict).toMatchObject({
      accepted: true,
      irregular: [{ code: 'undeclared' }],
      subject: { sequence: 5, state: 'claimed', keeps: { arrived: '2026-03-02T10:00:00.000Z' } },
    });
    expect(verdict.moved).toBeUndefined();
  });

  it('are refused where schema or role fail, or they come too early', () => {
    const story = new Story(regime).placed();
    expect(codes(story.says({ by: 'buyer-1', type: 'order.deliver' }))).toEqual(['not-allowed']);
    expect(codes(story.says({ by: 'carrier-1', type: 'order.deliver', data: { x: 1 } }))).toEqual(['schema-invalid']);
    expect(story.says({ by: 'carrier-1', type: 'order.deliver' })).toMatchObject({
      accepted: false,
      reasons: [{ code: 'too-early' }],
    });
  });
});
