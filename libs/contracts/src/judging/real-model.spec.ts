import { compileModel, parseModel } from '@tutti/model';
import { describe, expect, it } from 'vitest';
import { BEGIN_MS, DAY_MS, regimeOf, Story } from '../fixture/given.js';
import { parseVerdictLine } from '../record/parse-verdict-line.js';
import { verdictLine } from '../record/verdict-line.js';
import { parseSubject, serializeSubject } from '../subject/subject-text.js';
import { fireDeadline } from './fire-deadline.js';

const YAML = `
tutti: 1
model: shop
namespace: org.shop
roles:
  buyer: orders
  seller: ships
  carrier: moves
assets: { USD: 2 }
interaction:
  order:
    states: [placed, shipped, delivered, claimed, closed]
    parties:
      buyer: place.by
      seller: place.seller
    keeps:
      total: place.total
      promised: place.promised
      arrived: deliver.at
      given: sum(tip.amount)
      asked: count(ask)
    decisions:
      place:
        by: buyer
        moves: new -> placed
        data:
          seller: seller
          total: { type: USD, minimum: 1 }
          promised: time
          note?: string
        requires:
          sellerOpen: standing(data.seller).tier != "closed"
          honest: data.promised >= at + days(policy.promise.least)
      ship: { by: seller, moves: placed -> shipped }
      deliver: { by: carrier, moves: shipped -> delivered, fact: true }
      claim:
        by: buyer
        moves: delivered -> claimed
        requires:
          late: order.arrived > order.promised
          own: by.id == order.buyer && order.total > 0
      tip: { by: buyer, data: { amount: USD } }
      ask: { by: buyer }
      close: { by: clock, moves: delivered -> closed, after: 7 days }
      lapse: { by: clock, moves: placed -> closed, after: 2 days }
policies:
  promise:
    least: { type: integer, default: 1, minimum: 1, maximum: 7 }
`;

const parsed = parseModel(YAML, 'shop.tutti.yaml');
const compiled = compileModel(parsed.definition!);
const people = { 'buyer-1': 'buyer', 'seller-1': 'seller', 'carrier-1': 'carrier' };
const regime = {
  ...regimeOf(compiled, {
    participants: Object.entries(people).map(([id, role]) => ({ id, roles: [role], suspended: false, keys: {} })),
  }),
  policies: new Map([['promise', new Map([[1, { least: 2 }]])]]),
};
for (const model of regime.models.values()) Object.assign(model, { policies: { promise: 1 } });

const place = {
  by: 'buyer-1',
  type: 'org.shop.order.place',
  data: { seller: 'seller-1', total: 4200, promised: '2026-03-05T12:00:00+02:00' },
};

describe('a model as operators write it', () => {
  it('judges a whole order', () => {
    const story = new Story(regime);
    expect(story.says(place).reasons).toBeUndefined();
    expect(story.says({ by: 'seller-1', type: 'org.shop.order.ship' })).toMatchObject({ accepted: true });
    story.says({ by: 'buyer-1', type: 'org.shop.order.tip', data: { amount: 150 } });
    story.says({ by: 'buyer-1', type: 'org.shop.order.tip', data: { amount: 50 } });
    story.says({ by: 'buyer-1', type: 'org.shop.order.ask' });
    story.atMs = BEGIN_MS + 3 * DAY_MS + 1;
    expect(story.says({ by: 'carrier-1', type: 'org.shop.order.deliver' })).toMatchObject({ accepted: true });
    expect(story.subject).toMatchObject({
      keeps: { total: 4200, promised: '2026-03-05T12:00:00+02:00', given: 200, asked: 1 },
      due: { type: 'org.shop.order.close', atMs: story.atMs + 7 * DAY_MS },
    });
    const claim = story.says({ by: 'buyer-1', type: 'org.shop.order.claim' });
    expect(claim).toMatchObject({ accepted: true, contract: 'org.shop.order.claim@1', policies: { promise: 1 } });
    expect(story.subject!.due).toBeUndefined();
  });

  it('refuses a claim on what came in time, with the times it saw', () => {
    const story = new Story(regime);
    story.says(place);
    story.says({ by: 'seller-1', type: 'org.shop.order.ship' });
    story.says({ by: 'carrier-1', type: 'org.shop.order.deliver' });
    expect(story.says({ by: 'buyer-1', type: 'org.shop.order.claim' }).reasons).toMatchObject([
      {
        code: 'requirement-failed',
        rule: 'order.claim/late',
        values: { 'order.arrived': '2026-03-02T10:00:00.000Z' },
      },
    ]);
  });

  it('reads the policy in force, not its default', () => {
    const soon = { ...place, data: { ...place.data, promised: '2026-03-03T11:00:00Z' } };
    expect(new Story(regime).says(soon).reasons).toMatchObject([
      { code: 'requirement-failed', rule: 'order.place/honest', values: { 'policy.promise.least': 2 } },
    ]);
  });

  it.each([
    ['a fraction of a cent', { ...place.data, total: 42.5 }, ['/total']],
    ['an amount beyond 2^53', { ...place.data, total: 2 ** 53 }, ['/total']],
    ['nothing', {}, ['/promised', '/seller', '/total']],
    ['a foreign field', { ...place.data, x: 1 }, ['/x']],
  ])('refuses %s by pointer', (_, data, pointers) => {
    const { reasons } = new Story(regime).says({ ...place, data });
    expect(reasons!.map(({ code, pointer }) => [code, pointer])).toEqual(pointers.map((p) => ['schema-invalid', p]));
  });

  it('lets deadlines fire, and survives the journal and the store', () => {
    const story = new Story(regime);
    story.says(place);
    const { verdict, encoded } = fireDeadline(story.subject!, regime, BEGIN_MS + 2 * DAY_MS);
    expect(verdict).toMatchObject({ accepted: true, moved: { from: 'placed', to: 'closed' } });
    expect(parseVerdictLine(verdictLine(verdict, encoded)).verdict).toEqual(verdict);
    story.records(verdict);
    const back = parseSubject(serializeSubject(story.subject!), [...story.subject!.log.chunksSince(0).values()]);
    expect(serializeSubject(back)).toBe(serializeSubject(story.subject!));
  });
});
