import { ManualClock } from '@tutti/runtime';
import { describe, expect, it } from 'vitest';
import { Quota } from './quota.js';

function quotaOf(perSecond: number): { quota: Quota; clock: ManualClock } {
  const clock = new ManualClock();
  return { clock, quota: new Quota(perSecond, () => clock.monotonicMs()) };
}

function takes(quota: Quota, participant: string, times: number): number[] {
  return Array.from({ length: times }, () => quota.take(participant));
}

describe('a quota', () => {
  it("lets one second's worth pass at once, then says when the next may come", () => {
    const { quota } = quotaOf(4);
    expect(takes(quota, 'seller-3', 5)).toEqual([0, 0, 0, 0, 250]);
  });

  it('fills steadily, and never above one second', () => {
    const { quota, clock } = quotaOf(4);
    takes(quota, 'seller-3', 4);
    clock.advance(249);
    expect(quota.take('seller-3')).toBe(1);
    clock.advance(1);
    expect(takes(quota, 'seller-3', 2)).toEqual([0, 250]);
    clock.advance(3_600_000);
    expect(takes(quota, 'seller-3', 5)).toEqual([0, 0, 0, 0, 250]);
  });

  it('is of each participant alone', () => {
    const { quota } = quotaOf(1);
    expect([quota.take('a'), quota.take('b'), quota.take('a')]).toEqual([0, 0, 1000]);
  });

  it('goes by the time that passes, not by the wall clock', () => {
    const { quota, clock } = quotaOf(1);
    quota.take('a');
    clock.jump(86_400_000);
    expect(quota.take('a')).toBe(1000);
  });

  it('forgets participants who have all of theirs again, however many there were', () => {
    const { quota, clock } = quotaOf(10);
    for (let i = 0; i < 5000; i++) quota.take(`once-${i}`);
    clock.advance(1000);
    for (let i = 0; i < 5000; i++) quota.take('busy');
    expect(quota.participants).toBe(1);
  });
});
