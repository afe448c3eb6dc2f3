import { describe, expect, it } from 'vitest';
import { BEGIN_MS, DAY_MS, marketplace, regimeOf, Story } from '../fixture/given.js';
import { smallModel } from '../fixture/small-model.js';
import { fireDeadline } from './fire-deadline.js';
import { nextDecisions } from './next-decisions.js';

const regime = regimeOf(marketplace());

describe('a deadline', () => {
  it('becomes a decision of the clock', () => {
    const story = new Story(regime).placed();
    const atMs = BEGIN_MS + 31 * DAY_MS;
    const { verdict, encoded } = fireDeadline(story.subject!, regime, atMs);
    expect(JSON.parse(encoded.text)).toEqual({
      specversion: '1.0',
      id: 'order.lapse/1',
      source: '/clock',
      type: 'order.lapse',
      subject: 'order-1',
      time: '2026-04-01T10:00:00.000Z',
      data: {},
    });
    expect(verdict).toMatchObject({
      accepted: true,
      by: { id: '', role: 'clock' },
      auth: 'clock',
      contract: 'order.lapse@1',
      road: { via: 'clock' },
      atMs,
      moved: { from: 'placed', to: 'cancelled' },
      subject: { sequence: 2, state: 'cancelled' },
    });
    story.records(verdict);
    expect(story.subject!.due).toBeUndefined();
    expect(story.subject!.left).toEqual({ new: ['buyer-1'], placed: [''] });
  });

  it('is not fired before it is due', () => {
    const story = new Story(regime).placed();
    expect(() => fireDeadline(story.subject!, regime, BEGIN_MS + 30 * DAY_MS - 1)).toThrow(RangeError);
  });

  it('that a rule refuses gives way to the next one of the state', () => {
    const compiled = smallModel(
      {
        job: {
          states: ['open', 'soon', 'late'],
          decisions: {
            begin: { by: ['worker'], moves: [['new', 'open']] },
            second: { by: ['clock'], moves: [['open', 'late']], afterMs: 2000 },
            first: {
              by: ['clock'],
              moves: [['open', 'soon']],
              afterMs: 1000,
              requires: { never: () => ({ ok: false, values: {} }) },
            },
          },
        },
      },
      { roles: ['worker'], open: ['worker'] },
    );
    const story = new Story(regimeOf(compiled));
    story.says({ by: 'ann', type: 'job.begin' });
    expect(story.subject!.due).toEqual({ type: 'job.first', atMs: BEGIN_MS + 1000 });
    const refused = story.records(fireDeadline(story.subject!, story.regime, BEGIN_MS + 5000).verdict);
    expect(refused).toMatchObject({ accepted: false, reasons: [{ code: 'requirement-failed' }] });
    expect(story.subject!.due).toEqual({ type: 'job.second', atMs: BEGIN_MS + 2000 });
    const fired = story.records(fireDeadline(story.subject!, story.regime, BEGIN_MS + 5000).verdict);
    expect(fired).toMatchObject({ accepted: true, subject: { state: 'late' } });
  });
});

describe('what may come next', () => {
  it('names who may do what, the clock last', () => {
    const story = new Story(regime).placed();
    const next = nextDecisions(story.subject, regime);
    expect(next.map(({ verb, by, to, dueAtMs }) => ({ verb, by, to, dueAtMs }))).toEqual([
      { verb: 'ship', by: [{ role: 'seller', participant: 'seller-1' }], to: 'shipped', dueAtMs: undefined },
      {
        verb: 'cancel',
        by: [
          { role: 'buyer', participant: 'buyer-1' },
          { role: 'seller', participant: 'seller-1' },
        ],
        to: 'cancelled',
        dueAtMs: undefined,
      },
      {
        verb: 'note',
        by: [{ role: 'buyer', participant: 'buyer-1' }, { role: 'seller' }],
        to: undefined,
        dueAtMs: undefined,
      },
      { verb: 'tip', by: [{ role: 'buyer', participant: 'buyer-1' }], to: undefined, dueAtMs: undefined },
      { verb: 'lapse', by: [], to: 'cancelled', dueAtMs: BEGIN_MS + 30 * DAY_MS },
    ]);
  });

  it('lists what may begin a subject that nobody knows', () => {
    expect(nextDecisions(undefined, regime).map(({ type }) => type)).toEqual(['order.place', 'ticket.open']);
  });
});
