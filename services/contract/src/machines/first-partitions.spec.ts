import { ManualClock } from '@tutti/runtime';
import { describe, expect, it } from 'vitest';
import { FirstPartitions } from './first-partitions.js';

describe('the first partitions of a process', () => {
  it('are awaited from joining on, until there is one', () => {
    const first = new FirstPartitions(new ManualClock(1_000));
    expect(first.problem).toBeUndefined();
    first.joined();
    expect(first.problem).toMatchObject({ code: 'partitions-awaited', sinceMs: 1_000 });
    first.owned();
    expect(first.problem).toBeUndefined();
  });

  it('may never come: others have them all', () => {
    const clock = new ManualClock();
    const first = new FirstPartitions(clock);
    first.joined();
    clock.advance(9_999);
    expect(first.problem).toBeDefined();
    clock.advance(1);
    expect(first.problem).toBeUndefined();
  });
});
