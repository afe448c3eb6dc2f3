import { describe, expect, it } from 'vitest';
import {
  BEGIN_MS,
  codes,
  DAY_MS,
  eventOf,
  inputOf,
  marketplace,
  PLACE,
  read,
  regimeOf,
  Story,
} from '../fixture/given.js';
import { admit } from './admit.js';
import { judge } from './judge.js';
import { idWindowSince } from './window.js';

const regime = regimeOf(marketplace());

describe('the window of ids', () => {
  it('asks for a time, unless ids are remembered for ever', () => {
    const story = new Story(regime);
    expect(story.says({ by: 'buyer-1', type: 'order.place', data: PLACE, time: null })).toMatchObject({
      reasons: [{ code: 'envelope-invalid', pointer: '/time' }],
      usesId: false,
    });
    expect(story.says({ by: 'buyer-1', type: 'ticket.open', time: null })).toMatchObject({ accepted: true });
    const old = { by: 'buyer-1', type: 'ticket.open', subject: 't', time: '1999-01-01T00:00:00Z' };
    expect(new Story(regime).says(old)).toMatchObject({ accepted: true });
    expect(new Story(regime).says({ ...old, time: '2099-01-01T00:00:00Z' })).toMatchObject({
      reasons: [{ code: 'time-ahead', retryable: true }],
      usesId: false,
    });
  });

  it('reaches back by the window and the leeway of time, or to the beginning', () => {
    const at = (type: string) => inputOf(read(eventOf({ by: 'buyer-1', type })));
    expect(idWindowSince(at('order.place'), undefined, regime)).toBe(BEGIN_MS - 30 * DAY_MS - 300_000);
    expect(idWindowSince(at('ticket.open'), undefined, regime)).toBe(0);
    expect(idWindowSince(at('nothing.known'), undefined, regime)).toBe(BEGIN_MS - 30 * DAY_MS - 300_000);
  });

  it.each([
    [0, true],
    [1, false],
  ])('takes a decision at the edge of the window, %i ms past it: %s', (late, accepted) => {
    const event = read(eventOf({ by: 'buyer-1', type: 'order.place', data: PLACE, time: '2026-03-02T10:00:00Z' }));
    expect(judge(inputOf(event, BEGIN_MS + 30 * DAY_MS + late), undefined, regime)).toMatchObject({ accepted });
  });
});

describe('who proves what', () => {
  const event = read(eventOf({ by: 'buyer-1', type: 'order.place', data: PLACE }));
  const signed = regimeOf(marketplace(), { trust: 'signed' });

  it('believes a source on a trusted network, a token elsewhere', () => {
    expect(admit(inputOf(event), regime)).toEqual([]);
    expect(codes({ reasons: admit(inputOf(event), signed) } as never)).toEqual(['unauthenticated']);
    expect(admit(inputOf(event, BEGIN_MS, { how: 'token', participant: 'buyer-1' }), signed)).toEqual([]);
  });

  it.each([regime, signed])('refuses the token of another', (which) => {
    const input = inputOf(event, BEGIN_MS, { how: 'token', participant: 'buyer-2' });
    expect(judge(input, undefined, which)).toMatchObject({
      reasons: [{ code: 'unauthenticated', pointer: '/source' }],
      usesId: false,
    });
  });

  it('refuses a source that is not registered where sources must be proven', () => {
    const stranger = read(eventOf({ by: 'stranger', type: 'order.place', data: PLACE }));
    const input = inputOf(stranger, BEGIN_MS, { how: 'token', participant: 'stranger' });
    expect(admit(input, signed)).toMatchObject([{ code: 'unauthenticated' }]);
  });
});
