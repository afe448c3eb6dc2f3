import { describe, expect, it } from 'vitest';
import { ManualClock } from './manual-clock.js';
import { JUMP_LASTS_MS, JUMP_MS, RecordedTime } from './recorded-time.js';

const START_MS = Date.UTC(2026, 0, 1);

describe('recorded time', () => {
  it('is the clock, in whole milliseconds', () => {
    const clock = new ManualClock(START_MS);
    const time = new RecordedTime(clock);
    clock.advance(1_500.75);
    expect(time.now()).toBe(START_MS + 1_500);
  });

  it('never goes back: not with the clock, not before what is recorded', () => {
    const clock = new ManualClock(START_MS);
    const time = new RecordedTime(clock, START_MS + 50);
    expect(time.now()).toBe(START_MS + 50);
    clock.advance(100);
    expect(time.now()).toBe(START_MS + 100);
    clock.jump(-5_000);
    expect(time.now()).toBe(START_MS + 100);
    time.notBefore(START_MS + 200);
    expect(time.now()).toBe(START_MS + 200);
  });

  it('follows small jumps at once', () => {
    const clock = new ManualClock(START_MS);
    const time = new RecordedTime(clock);
    clock.jump(JUMP_MS);
    expect(time.now()).toBe(START_MS + JUMP_MS);
    expect(time.jumped).toBe(false);
  });

  it('follows a large jump only after it has lasted', () => {
    const clock = new ManualClock(START_MS);
    const time = new RecordedTime(clock);
    clock.jump(JUMP_MS + 1);
    expect(time.now()).toBe(START_MS);
    clock.advance(JUMP_LASTS_MS - 1);
    expect(time.now()).toBe(START_MS + JUMP_LASTS_MS - 1);
    expect(time.jumped).toBe(true);
    clock.advance(1);
    expect(time.now()).toBe(START_MS + JUMP_LASTS_MS + JUMP_MS + 1);
    expect(time.jumped).toBe(false);
  });

  it('forgets a jump that was taken back', () => {
    const clock = new ManualClock(START_MS);
    const time = new RecordedTime(clock);
    clock.jump(2 * JUMP_MS);
    expect(time.jumped).toBe(true);
    clock.jump(-2 * JUMP_MS);
    clock.advance(JUMP_LASTS_MS);
    expect(time.jumped).toBe(false);
    expect(time.now()).toBe(START_MS + JUMP_LASTS_MS);
    clock.jump(2 * JUMP_MS);
    expect(time.now()).toBe(START_MS + JUMP_LASTS_MS);
  });
});

describe('a clock that is moved', () => {
  it('wakes in order, at the time asked for, and not who took it back', () => {
    const clock = new ManualClock(START_MS);
    const woken: string[] = [];
    const note = (name: string) => () => woken.push(`${name} ${clock.nowMs() - START_MS}`);
    clock.after(300, note('c'));
    clock.after(100, () => {
      note('a')();
      clock.after(50, note('b'));
    });
    clock.after(200, note('never'))();
    clock.advance(1_000);
    expect(woken).toEqual(['a 100', 'b 150', 'c 300']);
    expect(clock.nowMs()).toBe(START_MS + 1_000);
  });
});
