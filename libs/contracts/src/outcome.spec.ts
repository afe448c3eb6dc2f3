import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { marketplace, PLACE, regimeOf, Story } from './fixture/given.js';
import { compareByBytes, OutcomeHash, outcomeLine, outcomeOf } from './outcome.js';

const regime = regimeOf(marketplace('observe'));

function story(subject: string) {
  const one = new Story(regime);
  one.says({ id: 'a', by: 'buyer-1', type: 'order.place', subject, data: PLACE });
  one.says({ id: 'b', by: 'eve', type: 'order.ship', subject, data: { carrier: 'carrier-1' } });
  return one.verdicts;
}

describe('the outcome hash', () => {
  it('covers what was decided, by codes and pointers, not when or in which words', () => {
    expect(story('order-1').map(outcomeLine)).toEqual([
      '["order.place","/participants/buyer-1","a",true,false,[],"order.place@1",1,"placed",' +
        '{"buyer":"buyer-1","seller":"seller-1"},{"category":"books","total":4200}]',
      '["order.ship","/participants/eve","b",true,true,[["not-allowed","/source"]],"order.ship@1",2,"shipped",' +
        '{"buyer":"buyer-1","carrier":"carrier-1","seller":"seller-1"},{"category":"books","total":4200}]',
    ]);
  });

  it('folds subjects in the order of their UTF-8 bytes, however they come', () => {
    const ids = ['\uffee', '😀', 'a', 'ä', 'B'];
    const verdicts = ids.flatMap(story);
    const inOrder = ['B', 'a', 'ä', '\uffee', '😀'];
    expect(ids.toSorted(compareByBytes)).toEqual(inOrder);
    const text = inOrder.flatMap((id) => [JSON.stringify(id)].concat(story(id).map(outcomeLine)));
    const expected = createHash('sha256')
      .update(text.map((line) => `${line}\n`).join(''))
      .digest('hex');
    expect(outcomeOf(verdicts)).toBe(expected);
    expect(outcomeOf(verdicts.toReversed())).not.toBe(expected);
  });

  it('refuses subjects out of order', () => {
    const outcome = new OutcomeHash();
    outcome.subject('b', []);
    expect(() => outcome.subject('a', [])).toThrow(RangeError);
  });
});
