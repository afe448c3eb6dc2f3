import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { readEvent } from '../codec/read-event.js';
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
import { reason } from '../reason.js';
import { judge, refuse } from './judge.js';

const regime = regimeOf(marketplace());

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

describe('an input in quarantine', () => {
  it('is refused without being judged, and can be told from others', () => {
    const input = inputOf(read(eventOf({ by: 'buyer-1', type: 'order.place', data: PLACE })));
    const why = reason('quarantined', 'the process died 3 times while judging it');
    expect(refuse(input, undefined, regime, why)).toMatchObject({
      accepted: false,
      reasons: [{ code: 'quarantined' }],
      type: 'order.place',
      subject: { id: 'order-1', sequence: 0 },
    });
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
