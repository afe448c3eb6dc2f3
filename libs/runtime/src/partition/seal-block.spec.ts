import { describe, expect, it } from 'vitest';
import { makeBlock } from '../journal/block.js';
import { sealBlock } from './seal-block.js';

describe('a sealed block', () => {
  it.each([[[]], [['{"kind":"a"}']], [['{"kind":"ä"}', '{"kind":"b","text":"日本"}', '{}']]])(
    'is the block that makeBlock makes of %j',
    (lines) => {
      const parts = { stream: 'verdicts-1', first: 7, term: 3, next: null, atMs: 1_000, engine: '1' };
      const body = Buffer.from(lines.map((line) => `${line}\n`).join(''));
      expect(sealBlock({ ...parts, lines: lines.length, body })).toEqual(makeBlock({ ...parts, lines }));
    },
  );

  it('holds no more than a block may', () => {
    const parts = { stream: 'verdicts-1', first: 7, term: 3, next: null, atMs: 1_000, engine: '1' };
    expect(() => sealBlock({ ...parts, lines: 1_000, body: Buffer.alloc(10) })).toThrow(RangeError);
    expect(() => sealBlock({ ...parts, lines: 1, body: Buffer.alloc(800_000) })).toThrow(RangeError);
  });
});
