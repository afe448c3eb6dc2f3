import { describe, expect, it } from 'vitest';
import { codes, eventOf, inputOf, marketplace, PLACE, read, regimeOf, Story } from '../fixture/given.js';
import { smallModel } from '../fixture/small-model.js';
import { judge } from './judge.js';

const observing = regimeOf(marketplace('observe'));

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
