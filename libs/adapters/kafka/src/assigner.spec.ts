import { describe, expect, it } from 'vitest';
import { shareOut } from './assigner.js';

describe('sharing partitions out', () => {
  it('gives each member its even share, every partition to one', () => {
    const shares = shareOut(['b', 'a', 'c'], 8, new Map());
    expect([...shares.values()].map(({ length }) => length).toSorted()).toEqual([2, 3, 3]);
    expect([...shares.values()].flat().toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('moves only what has to move when a member joins', () => {
    const before = shareOut(['a', 'b'], 12, new Map());
    const after = shareOut(['a', 'b', 'c'], 12, before);
    for (const member of ['a', 'b']) {
      expect(after.get(member)!.every((partition) => before.get(member)!.includes(partition))).toBe(true);
    }
    expect(after.get('c')).toHaveLength(4);
  });

  it('leaves the others what they had when a member goes', () => {
    const before = shareOut(['a', 'b', 'c'], 7, new Map());
    const after = shareOut(['b', 'c'], 7, before);
    for (const member of ['b', 'c']) expect(after.get(member)).toEqual(expect.arrayContaining(before.get(member)!));
  });

  it('knows no partition beyond those of the start, though a member had one', () => {
    const shares = shareOut(['a'], 2, new Map([['a', [5, 1]]]));
    expect(shares.get('a')).toEqual([0, 1]);
  });

  it('has nothing for members beyond the partitions', () => {
    expect([...shareOut(['a', 'b', 'c'], 1, new Map()).values()].flat()).toEqual([0]);
  });
});
