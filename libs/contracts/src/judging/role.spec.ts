import type { Json } from '@tutti/kernel';
import { describe, expect, it } from 'vitest';
import { codes, marketplace, PLACE, regimeOf, Story } from '../fixture/given.js';
import { smallModel } from '../fixture/small-model.js';

const regime = regimeOf(marketplace());

describe('roles and parties', () => {
  it('lets only the subject’s own party act, once it is named', () => {
    const story = new Story(regime).placed();
    expect(story.says({ by: 'seller-2', type: 'order.ship', data: { carrier: 'carrier-1' } })).toMatchObject({
      reasons: [{ code: 'not-allowed', pointer: '/source', detail: 'its seller is seller-1, not seller-2' }],
    });
    expect(story.says({ by: 'seller-2', type: 'order.note' })).toMatchObject({ by: { role: 'seller' } });
    expect(story.says({ by: 'buyer-2', type: 'order.note' })).toMatchObject({ accepted: false });
  });

  it('takes the first of the roles that fits', () => {
    const both = { id: 'both', roles: ['seller', 'buyer'], suspended: false, keys: {} };
    const story = new Story(regimeOf(marketplace(), { participants: [both] }));
    story.says({ by: 'buyer-1', type: 'order.place', data: { ...PLACE, seller: 'both' } });
    expect(story.says({ by: 'both', type: 'order.cancel' })).toMatchObject({ by: { id: 'both', role: 'seller' } });
  });

  it('does not let a decision name its own author in place of a party', () => {
    const compiled = smallModel(
      {
        job: {
          states: ['begun'],
          parties: { worker: { kind: 'data', decision: 'assign', property: 'worker' } },
          decisions: {
            assign: {
              by: ['worker'],
              moves: [
                ['new', 'begun'],
                ['begun', 'begun'],
              ],
              data: { worker: 'worker' },
            },
          },
        },
      },
      { roles: ['worker'], open: ['worker'] },
    );
    const story = new Story(regimeOf(compiled));
    story.says({ by: 'ann', type: 'job.assign', data: { worker: 'ann' } });
    expect(story.says({ by: 'eve', type: 'job.assign', data: { worker: 'eve' } })).toMatchObject({ accepted: false });
    expect(story.says({ by: 'ann', type: 'job.assign', data: { worker: 'bob' } })).toMatchObject({ accepted: true });
    expect(story.subject!.parties).toEqual({ worker: 'bob' });
  });

  it.each<[string, Json, string]>([
    ['a stranger', 'nobody', 'not a registered participant'],
    ['somebody of another role', 'buyer-2', 'does not hold the role seller'],
  ])('refuses %s named as a party', (_, seller, why) => {
    const verdict = new Story(regime).says({ by: 'buyer-1', type: 'order.place', data: { ...PLACE, seller } });
    expect(verdict.reasons).toMatchObject([{ code: 'unknown-party', pointer: '/seller' }]);
    expect(verdict.reasons![0]!.detail).toContain(why);
  });

  it('keeps the suspended out, as authors and as parties', () => {
    const suspended = { id: 'seller-2', roles: ['seller'], suspended: true, keys: {} };
    const story = new Story(regimeOf(marketplace(), { participants: [suspended] })).placed();
    expect(codes(story.says({ by: 'seller-2', type: 'order.note' }))).toEqual(['not-allowed']);
    const place = { by: 'buyer-1', type: 'order.place', data: { ...PLACE, seller: 'seller-2' } };
    expect(codes(new Story(story.regime).says(place))).toEqual(['unknown-party']);
  });

  it('gives strangers the open roles, on a trusted network only', () => {
    const compiled = smallModel(
      { job: { states: ['begun'], decisions: { begin: { by: ['worker'], moves: [['new', 'begun']] } } } },
      { roles: ['worker', 'boss'], open: ['worker'] },
    );
    const said = { by: 'stranger', type: 'job.begin' };
    expect(new Story(regimeOf(compiled)).says(said)).toMatchObject({ accepted: true });
    const registered = { id: 'stranger', roles: ['boss'], suspended: false, keys: {} };
    expect(codes(new Story(regimeOf(compiled, { participants: [registered] })).says(said))).toEqual(['not-allowed']);
  });

  it('leaves the clock’s decisions to the clock', () => {
    const story = new Story(regime).placed();
    expect(codes(story.says({ by: 'buyer-1', type: 'order.lapse' }))).toEqual(['not-allowed']);
  });
});
