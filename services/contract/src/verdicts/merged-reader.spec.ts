import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { journaled } from '../testing/journaled.js';
import { MergedReader } from './merged-reader.js';
import { positionsSince, sinceTime } from './since.js';

/** Per partition: gaps in milliseconds between records; a record is no verdict where the gap is 0. */
const streams = fc.array(fc.array(fc.nat(5), { maxLength: 400 }), { minLength: 1, maxLength: 4 });

function filled(gaps: readonly (readonly number[])[]) {
  const journal = journaled(gaps.length);
  let total = 0;
  for (const [partition, list] of gaps.entries()) {
    let atMs = 0;
    for (const gap of list) {
      atMs += gap;
      if (gap > 0) total++;
      journal.append(partition, gap === 0 ? undefined : atMs);
    }
  }
  return { journal, total };
}

describe('reading partitions merged', () => {
  it('gives every verdict once, in order of time, also when it is interrupted anywhere', async () => {
    await fc.assert(
      fc.asyncProperty(streams, fc.nat(50), async (gaps, everyNth) => {
        const { journal, total } = filled(gaps);
        let reader = new MergedReader(
          journal.backbone,
          gaps.map(() => 0),
        );
        const seen: string[] = [];
        const times: string[] = [];
        for (;;) {
          const verdict = await reader.next();
          if (verdict === undefined) break;
          seen.push(verdict.position);
          times.push(verdict.at);
          if (seen.length % (everyNth + 1) === 0) reader = new MergedReader(journal.backbone, reader.positions());
        }
        expect(new Set(seen).size).toBe(total);
        expect(seen).toHaveLength(total);
        expect(times).toEqual(times.toSorted());
        // Records that are no verdicts are passed as well, or every later read would look at them again.
        expect(reader.positions()).toEqual(gaps.map(({ length }) => length));
      }),
      { numRuns: 60 },
    );
  });

  it('reads only the partition asked for, and leaves the others where they are', async () => {
    const { journal } = filled([[1, 1], [1], [1]]);
    const reader = new MergedReader(journal.backbone, [0, 0, 0], 0);
    while ((await reader.next()) !== undefined);
    expect(reader.positions()).toEqual([2, 0, 0]);
  });

  it('goes on with what is appended later', async () => {
    const { journal } = filled([[1]]);
    const reader = new MergedReader(journal.backbone, [0]);
    await reader.next();
    expect(await reader.next()).toBeUndefined();
    journal.append(0, 9);
    expect((await reader.next())?.revision).toBe(1);
  });
});

describe('since', () => {
  it('begins at the first verdict recorded at or after the time, in every partition', async () => {
    await fc.assert(
      fc.asyncProperty(streams, fc.nat(1000), async (gaps, sinceMs) => {
        const { journal } = filled(gaps);
        const positions = await positionsSince(journal.backbone, sinceMs);
        for (const [partition, position] of positions.entries()) {
          const { verdicts } = await journal.backbone.verdicts(partition, 0, 10_000);
          const late = verdicts.filter(({ at }) => Date.parse(at) >= sinceMs).map(({ revision }) => revision);
          const after = verdicts.filter(({ revision }) => revision >= position).map(({ revision }) => revision);
          expect(after).toEqual(late);
        }
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ['30s', 70_000],
    ['1m', 40_000],
    ['1970-01-01T00:00:05Z', 5000],
  ])('%s means %i', (since, means) => {
    expect(sinceTime(since, 100_000)).toBe(means);
  });

  it.each(['', '1 h', '-1h', 'yesterday', '2026-02-30T00:00:00Z'])('%j is malformed', (since) => {
    expect(() => sinceTime(since, 0)).toThrow(expect.objectContaining({ code: 'malformed' }));
  });
});
