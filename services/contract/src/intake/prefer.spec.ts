import { describe, expect, it } from 'vitest';
import { preferences } from './prefer.js';

describe('Prefer', () => {
  it.each([
    [undefined, { minimal: false }],
    ['', { minimal: false }],
    ['wait=5', { minimal: false, waitMs: 5000 }],
    ['return=minimal, wait=0', { minimal: true, waitMs: 0 }],
    ['respond-async; wait = "10"', { minimal: false, waitMs: 10_000 }],
    ['wait=999999', { minimal: false, waitMs: 120_000 }],
    ['wait=soon', { minimal: false }],
    ['await=5', { minimal: false }],
    [['wait=1', 'return=minimal'], { minimal: true, waitMs: 1000 }],
  ])('%j means %j', (header, means) => {
    expect(preferences(header)).toEqual(means);
  });
});
