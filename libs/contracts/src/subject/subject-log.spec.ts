import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LOG_CHUNK_ENTRIES, LOG_ENTRY_BYTES, SubjectLog } from './subject-log.js';

const entry = fc.record({
  source: fc.constantFrom('/participants/a', '/participants/b'),
  id: fc.nat(40).map(String),
  gapMs: fc.nat(1000),
  usesId: fc.boolean(),
});

describe('the log of a subject', () => {
  it('finds what a plain search finds, small or large, fresh or loaded', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 120 }), fc.nat(20_000), (entries, since) => {
        const log = new SubjectLog();
        let atMs = 1_700_000_000_000;
        const plain = entries.map((one, index) => ({ ...one, revision: index * 3, atMs: (atMs += one.gapMs) }));
        for (const one of plain) {
          log.append(one.source, one.id, one.revision, one.atMs, one.usesId);
          if (one.revision === 30) log.find(one.source, one.id, 0);
        }
        const sinceMs = 1_700_000_000_000 + since;
        const loaded = SubjectLog.load([...log.chunksSince(0).values()]);
        for (const which of [log, loaded]) {
          for (const { source, id } of plain.slice(0, 20)) {
            const expected = plain.filter(
              (one) => one.source === source && one.id === id && one.usesId && one.atMs >= sinceMs,
            );
            expect(which.find(source, id, sinceMs)).toEqual(expected.map((one) => one.revision).toReversed());
          }
          expect(which.find('/participants/c', '1', 0)).toEqual([]);
          expect(which.revisions()).toEqual(plain.map((one) => one.revision));
        }
      }),
      { numRuns: 50 },
    );
  });

  it('rewrites only the chunks that changed, and loads from all of them', () => {
    const log = new SubjectLog();
    const count = 2 * LOG_CHUNK_ENTRIES + 5;
    for (let i = 0; i < count; i++) log.append('/participants/a', `id-${i}`, i, 1_700_000_000_000 + i, true);
    const all = log.chunksSince(0);
    expect([...all.values()].map((chunk) => chunk.length / LOG_ENTRY_BYTES)).toEqual([256, 256, 5]);
    expect([...log.chunksSince(2 * LOG_CHUNK_ENTRIES).keys()]).toEqual([2]);
    expect([...log.chunksSince(2 * LOG_CHUNK_ENTRIES - 1).keys()]).toEqual([1, 2]);
    expect(log.chunksSince(count)).toEqual(new Map([[2, all.get(2)]]));
    const loaded = SubjectLog.load([...all.values()]);
    expect(loaded.size).toBe(count);
    expect(loaded.find('/participants/a', 'id-300', 0)).toEqual([300]);
    expect(loaded.chunksSince(0)).toEqual(all);
  });

  it('keeps revisions and times up to 2^47', () => {
    const log = new SubjectLog();
    log.append('/participants/a', 'x', 2 ** 47, 2 ** 47, true);
    const loaded = SubjectLog.load([...log.chunksSince(0).values()]);
    expect(loaded.find('/participants/a', 'x', 2 ** 47)).toEqual([2 ** 47]);
    expect(loaded.find('/participants/a', 'x', 2 ** 47 + 1)).toEqual([]);
  });

  // Begins with the first 8 bytes of SHA-256 of `/participants/a`, NUL, `x`, as sha256sum gives them.
  it('packs an entry into the 24 bytes on record', () => {
    const log = new SubjectLog();
    log.append('/participants/a', 'x', 7, 1000, true);
    log.append('', '', 8, 1001, false);
    expect(Buffer.from(log.chunksSince(0).get(0)!).toString('hex')).toBe(
      '02dcc9c6a8e94e00' +
        '000000000007' +
        '0000000003e8' +
        '01000000' +
        '0000000000000000' +
        '000000000008' +
        '0000000003e9' +
        '00000000',
    );
  });

  it('refuses chunks of the wrong size', () => {
    expect(() => SubjectLog.load([new Uint8Array(23)])).toThrow(/23 bytes/);
    expect(() => SubjectLog.load([new Uint8Array(24), new Uint8Array(24)])).toThrow(/chunk 0/);
  });
});
