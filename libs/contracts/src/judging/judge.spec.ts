import { Buffer } from 'node:buffer';
import type { Json } from '@tutti/kernel';
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
import { smallModel } from '../fixture/small-model.js';
import { readEvent } from '../codec/read-event.js';
import { admit } from './admit.js';
import { fireDeadline } from './fire-deadline.js';
import { judge } from './judge.js';
import { idWindowSince } from './window.js';

const regime = regimeOf(marketplace());
const observing = regimeOf(marketplace('observe'));

describe('a decision that the contract allows', () => {
  it('moves the subject, binds parties, keeps fields', () => {
    const verdict = new Story(regime).says({ id: 'p', by: 'buyer-1', type: 'order.place', data: PLACE });
    expect(verdict).toMatchObject({
      accepted: true,
      by: { id: 'buyer-1', role: 'buyer' },
      auth: 'network',
      contract: 'order.place@1',
      model: 1,
      epoch: 7,
      policies: { fees: 1 },
      moved: { from: 'new', to: 'placed' },
      subject: {
        id: 'order-1',
        type: 'order',
        sequence: 1,
        state: 'placed',
        parties: { buyer: 'buyer-1', seller: 'seller-1' },
        keeps: { total: 4200, category: 'books' },
      },
      usesId: true,
    });
    expect(verdict.reasons).toBeUndefined();
    expect(verdict.irregular).toBeUndefined();
  });

  it('keeps recorded times, counts and sums', () => {
    const story = new Story(regime).placed();
    story.says({ by: 'buyer-1', type: 'order.note' });
    story.says({ by: 'buyer-1', type: 'order.tip', data: { amount: 200 } });
    story.says({ by: 'buyer-1', type: 'order.tip', data: { amount: 300 } });
    story.says({ by: 'seller-2', type: 'order.note' });
    story.says({ by: 'seller-1', type: 'order.ship', data: { carrier: 'carrier-1' } });
    story.says({ by: 'carrier-1', type: 'order.deliver' });
    expect(story.subject).toMatchObject({
      sequence: 7,
      state: 'delivered',
      keeps: { notes: 2, tipped: 500, arrived: '2026-03-02T10:00:00.000Z' },
      due: { type: 'order.close', atMs: BEGIN_MS + 7 * DAY_MS },
    });
  });

  it('may come without data where the contract asks for none', () => {
    const story = new Story(regime).placed();
    const { data: _, ...event } = eventOf({ by: 'buyer-1', type: 'order.cancel' });
    expect(story.judges(inputOf(read(event)))).toMatchObject({ accepted: true });
  });
});

describe('the order of judging', () => {
  const broken = { by: 'buyer-2', type: 'order.ship', data: { carrier: 7 } };
  it.each<[string, Parameters<Story['says']>[0]]>([
    ['envelope-invalid', { ...broken, more: { basedon: 'x' } }],
    ['too-old', { ...broken, time: '2025-01-01T00:00:00Z' }],
    ['time-ahead', { ...broken, time: '2026-03-02T10:05:01Z' }],
    ['unknown-type', { ...broken, type: 'order.return' }],
    ['unknown-version', { ...broken, more: { dataschema: 'tutti:order.ship/9' } }],
    ['schema-invalid', broken],
    ['not-allowed', { ...broken, data: { carrier: 'nobody' } }],
    ['unknown-party', { ...broken, by: 'seller-1', data: { carrier: 'nobody' } }],
    ['undeclared', { by: 'buyer-1', type: 'order.place', data: { ...PLACE, total: 2_000_000 }, more: { basedon: 1 } }],
  ])('gives %s first', (code, said) => {
    const story = new Story(regime).placed();
    const verdict = story.says(said);
    expect([verdict.accepted, codes(verdict)]).toEqual([false, [code]]);
    expect(story.subject).toMatchObject({ sequence: 1, state: 'placed' });
  });

  it('ends with requirements, which show what they saw', () => {
    const verdict = new Story(regime).says({ by: 'buyer-1', type: 'order.place', data: { ...PLACE, total: 2e6 } });
    expect(verdict).toMatchObject({
      accepted: false,
      reasons: [{ code: 'requirement-failed', rule: 'order.place/affordable', values: { 'data.total': 2e6 } }],
      by: { id: 'buyer-1', role: 'buyer' },
    });
  });

  it('lists every error of the schema, by pointer', () => {
    const verdict = new Story(regime).says({ by: 'buyer-1', type: 'order.place', data: { total: 1.5 } });
    expect(verdict.reasons!.map(({ code, pointer }) => [code, pointer])).toEqual([
      ['schema-invalid', '/category'],
      ['schema-invalid', '/seller'],
      ['schema-invalid', '/total'],
    ]);
    expect(verdict.by).toBeUndefined();
  });

  it('refuses a misrouted record after its envelope', () => {
    const input = { ...inputOf(read(eventOf({ by: 'buyer-1', type: 'order.x' }))), misrouted: 'use murmur2' };
    expect(judge(input, undefined, regime)).toMatchObject({ reasons: [{ code: 'misrouted', detail: 'use murmur2' }] });
  });

  it('refuses an id used for other content, and does not use it up again', () => {
    const input = inputOf(read(eventOf({ by: 'buyer-1', type: 'order.place', data: PLACE })));
    expect(judge(input, undefined, regime, { revision: 4 })).toMatchObject({
      accepted: false,
      usesId: false,
      reasons: [{ code: 'id-conflict', pointer: '/id' }],
    });
  });

  it('gives what cannot be read its verdict, under the key', () => {
    const event = readEvent({ mode: 'structured', bytes: Buffer.from('{'), key: 'order-9' });
    expect(judge(inputOf(event), undefined, regime)).toMatchObject({
      accepted: false,
      reasons: [{ code: 'unreadable' }],
      subject: { id: 'order-9', sequence: 0, state: 'new', type: '' },
      usesId: false,
    });
    const nowhere = readEvent({ mode: 'structured', bytes: Buffer.from('{') });
    expect(judge(inputOf(nowhere), undefined, regime).subject).toBeUndefined();
  });

  it('has nothing to judge by before a model is published', () => {
    const empty = { ...regime, model: 0, models: new Map() };
    const verdict = judge(inputOf(read(eventOf({ by: 'buyer-1', type: 'order.place' }))), undefined, empty);
    expect(verdict).toMatchObject({ accepted: false, model: 0, reasons: [{ code: 'unknown-type' }] });
  });

  it('answers a fault of its own with a verdict', () => {
    const faulty = {
      ...regime,
      participants: {
        get: () => {
          throw new Error('lost');
        },
      } as never,
    };
    const verdict = judge(inputOf(read(eventOf({ by: 'buyer-1', type: 'order.note' }))), undefined, faulty);
    expect(verdict).toMatchObject({ accepted: false, reasons: [{ code: 'internal-fault' }] });
  });
});

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

describe('mode observe', () => {
  it('collects the first failure of every later step, and lets the state follow', () => {
    const story = new Story(observing);
    const verdict = story.says({ by: 'seller-1', type: 'order.claim', data: { x: 1 } });
    expect(verdict).toMatchObject({
      accepted: true,
      by: { id: 'seller-1', role: 'buyer' },
      moved: { from: 'new', to: 'claimed' },
      subject: { type: 'order', sequence: 1, state: 'claimed' },
    });
    expect(codes(verdict)).toEqual(['schema-invalid', 'not-allowed', 'too-early']);
  });

  it('keeps values of the right type only', () => {
    const data = { seller: 7, total: '42', category: 'books' };
    const verdict = new Story(observing).says({ by: 'buyer-1', type: 'order.place', data });
    expect(verdict.subject).toMatchObject({
      state: 'placed',
      parties: { buyer: 'buyer-1' },
      keeps: { category: 'books' },
    });
    expect(codes(verdict)).toEqual(['schema-invalid', 'schema-invalid']);
    expect(verdict.subject!.keeps).not.toHaveProperty('total');
  });

  it('reports a rule that does not hold', () => {
    const verdict = new Story(observing).says({ by: 'buyer-1', type: 'order.place', data: { ...PLACE, total: 2e6 } });
    expect(verdict).toMatchObject({ accepted: true, irregular: [{ code: 'requirement-failed' }] });
  });

  it('takes an unknown type as a decision about its subject', () => {
    const story = new Story(observing);
    expect(story.says({ by: 'buyer-1', type: 'order.wave' })).toMatchObject({
      accepted: true,
      irregular: [{ code: 'unknown-type', pointer: '/type' }],
      subject: { type: 'order', sequence: 1, state: 'new' },
    });
    expect(story.says({ by: 'buyer-1', type: 'strange' })).toMatchObject({ accepted: true });
    expect(new Story(observing).says({ by: 'buyer-1', type: 'strange' })).toMatchObject({ accepted: false });
  });

  it('still refuses what is about the message', () => {
    const old = { by: 'buyer-1', type: 'order.place', data: PLACE, time: '2020-01-01T00:00:00Z' };
    expect(codes(new Story(observing).says(old))).toEqual(['too-old']);
    const event = read(eventOf({ by: 'buyer-1', type: 'order.place', data: PLACE }));
    expect(judge(inputOf(event), undefined, observing, { revision: 1 })).toMatchObject({ accepted: false });
    expect(judge({ ...inputOf(event), misrouted: 'x' }, undefined, observing)).toMatchObject({ accepted: false });
  });

  it('stays where it is when a decision that does not fit could lead to several states', () => {
    const two = smallModel({
      job: {
        mode: 'observe',
        states: ['a', 'b', 'c'],
        decisions: {
          begin: { by: [], moves: [['new', 'a']] },
          go: {
            by: [],
            moves: [
              ['b', 'c'],
              ['c', 'b'],
            ],
          },
        },
      },
    });
    const story = new Story(regimeOf(two));
    story.says({ by: 'x', type: 'job.begin' });
    const verdict = story.says({ by: 'x', type: 'job.go' });
    expect([verdict.subject!.state, verdict.moved]).toEqual(['a', undefined]);
  });
});

describe('versions', () => {
  const older = marketplace();
  const newer = smallModel(
    {
      order: {
        states: ['placed', 'shipped'],
        decisions: { place: { by: ['buyer'], moves: [['new', 'placed']], data: { sum: 'integer' } } },
      },
    },
    { roles: ['buyer', 'seller'] },
  );
  const both = regimeOf(older, { models: [newer] });

  it('leaves a subject under the model it began under', () => {
    const story = new Story({ ...both, model: 1 }).placed();
    const under = new Story(both);
    under.subject = story.subject;
    const verdict = under.says({ by: 'seller-1', type: 'order.ship', data: { carrier: 'carrier-1' } });
    expect(verdict).toMatchObject({ accepted: true, model: 1, contract: 'order.ship@1' });
    expect(new Story(both).says({ by: 'buyer-1', type: 'order.place', data: PLACE })).toMatchObject({
      accepted: false,
      model: 2,
      contract: 'order.place@2',
    });
  });

  it('judges the data by the version a decision pins', () => {
    const place = { by: 'buyer-1', type: 'order.place', data: PLACE, more: { dataschema: 'tutti:order.place/1' } };
    expect(new Story(both).says(place)).toMatchObject({ accepted: true, model: 2, contract: 'order.place@1' });
    const wrong = { ...place, more: { dataschema: 'tutti:order.ship/1' } };
    expect(new Story(both).says(wrong)).toMatchObject({
      reasons: [{ code: 'unknown-version', pointer: '/dataschema' }],
    });
    expect(codes(new Story(both).says({ ...place, more: { dataschema: 'https://example.org/x' } }))).toEqual([
      'schema-invalid',
      'schema-invalid',
      'schema-invalid',
      'schema-invalid',
    ]);
  });
});
