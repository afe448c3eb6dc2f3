import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Block } from '../ports/journal.js';
import { makeBlock, readBlock, type BlockParts } from './block.js';
import { MAX_BLOCK_BYTES, MAX_BLOCK_RECORDS, MAX_LINE_BYTES, splitLines } from './limits.js';
import { PACK_ABOVE_BYTES, packBytes, unpackBytes } from './pack.js';

const AT_MS = Date.parse('2026-03-02T10:15:04.120Z');

function block(parts: Partial<BlockParts> = {}): Block {
  return makeBlock({
    stream: 'verdicts-3',
    first: 40,
    term: 2,
    next: null,
    atMs: AT_MS,
    engine: '1',
    lines: [],
    ...parts,
  });
}

describe('a block', () => {
  it('begins with its header, and numbers every record', () => {
    const made = block({ next: 88_122, lines: ['{"kind":"a"}', Buffer.from('{"kind":"ü"}')] });
    const { header, records } = readBlock('verdicts-3', made);
    expect(header).toEqual({
      kind: 'block',
      v: 1,
      term: 2,
      next: 88_122,
      at: '2026-03-02T10:15:04.120Z',
      engine: '1',
      count: 3,
    });
    expect(records.map(({ revision, line }) => [revision, line.toString()])).toEqual([
      [40, '{"kind":"block","v":1,"term":2,"next":88122,"at":"2026-03-02T10:15:04.120Z","engine":"1","count":3}'],
      [41, '{"kind":"a"}'],
      [42, '{"kind":"ü"}'],
    ]);
  });

  it('gives back any lines, in any encoding of text or bytes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ text: fc.string({ unit: 'binary' }), asBytes: fc.boolean() }), { maxLength: 30 }),
        fc.nat(),
        (values, first) => {
          const texts = values.map(({ text }) => JSON.stringify({ kind: 'x', text: text.toWellFormed() }));
          const lines = texts.map((text, index) => (values[index]!.asBytes ? Buffer.from(text) : text));
          const made = block({ first, lines });
          const { records } = readBlock('verdicts-3', made);
          expect(records.slice(1).map(({ line }) => line.toString())).toEqual(texts);
          expect(records.map(({ revision }) => revision)).toEqual(records.map((_, index) => first + index));
        },
      ),
    );
  });

  it('has an id that depends on stream, term, place and every byte', () => {
    const lines = ['{"kind":"a"}'];
    const ids = [
      block({ lines }),
      block({ lines, stream: 'verdicts-4' }),
      block({ lines, term: 3 }),
      block({ lines, first: 41 }),
      block({ lines: ['{"kind":"b"}'] }),
      block({ lines, atMs: AT_MS + 1 }),
    ].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(block({ lines }).id).toBe(ids[0]);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it.each<[string, Partial<BlockParts>]>([
    ['a line feed in a line', { lines: ['{"kind":\n"a"}'] }],
    ['a line feed at its end', { lines: ['{"kind":"a"}\n'] }],
    ['an empty line', { lines: [''] }],
    ['no object', { lines: ['["a"]'] }],
    ['too many records', { lines: Array.from({ length: MAX_BLOCK_RECORDS }, () => '{}') }],
    ['too many bytes', { lines: [wide(MAX_LINE_BYTES), wide(600)] }],
    ['a longer header than can be', { engine: 'x'.repeat(500) }],
  ])('is not made of %s', (_, parts) => {
    expect(() => block(parts)).toThrow(/line|records|bytes/);
  });

  it('is not made of a record that fits no block', () => {
    expect(() => block({ lines: [wide(MAX_LINE_BYTES + 1)] })).toThrow(
      expect.objectContaining({
        code: 'record-too-large',
        facts: { bytes: MAX_LINE_BYTES + 1, bytesMax: MAX_LINE_BYTES },
      }),
    );
    expect(readBlock('verdicts-3', block({ lines: [wide(MAX_LINE_BYTES)] })).records).toHaveLength(2);
  });
});

describe('reading a block', () => {
  const sound = block({ lines: ['{"kind":"a"}', '{"kind":"b"}'] });
  const lines = Buffer.from(sound.bytes).toString().split('\n').slice(0, -1);
  const [header] = lines as [string];

  it.each<[string, Partial<Block>, number, string]>([
    ['a changed byte', { bytes: swap('"a"', '"c"') }, 40, 'do not give its id'],
    ['another place', { first: 43 }, 43, 'do not give its id'],
    ['another id', { id: block().id }, 40, 'do not give its id'],
    ['another term', { term: 3 }, 40, 'term 2 kept as 3'],
    ['another count', { count: 2 }, 40, '3 records where 3 (kept as 2)'],
    ['a missing line', { bytes: bytes(lines.slice(0, 2)) }, 40, '2 records where 3'],
    ['a line more', { bytes: bytes([...lines, '{}']) }, 40, '4 records where 3'],
    ['an unfinished line', { bytes: sound.bytes.subarray(0, -1) }, 42, 'not ended'],
    ['an empty line', { bytes: bytes([header, '', lines[2]!]) }, 41, 'no JSON object'],
    ['a line that is no object', { bytes: bytes([header, '"a"', lines[2]!]) }, 41, 'no JSON object'],
    ['nothing', { bytes: new Uint8Array() }, 40, 'empty'],
    ['no header', { bytes: bytes(lines.slice(1)) }, 40, 'no block header'],
    ['a header that is no JSON', { bytes: swap('"v":1', '"v":') }, 40, 'no JSON'],
    ['a header without term', { bytes: swap('"term":2,', '') }, 40, 'header member'],
    ['a header with a fractional cursor', { bytes: swap('"next":null', '"next":1.5') }, 40, 'header member'],
    ['a header without time', { bytes: swap('2026-03-02T', '2026-13-02T') }, 40, 'header member'],
  ])('finds %s', (_, change, revision, said) => {
    expect(() => readBlock('verdicts-3', { ...sound, ...change })).toThrow(
      expect.objectContaining({
        code: 'journal-corrupt',
        message: expect.stringContaining(said),
        where: `verdicts-3@${revision}`,
        facts: { stream: 'verdicts-3', revision },
      }),
    );
  });

  it('refuses another version, and says which', () => {
    expect(() => readBlock('verdicts-3', { ...sound, bytes: swap('"v":1', '"v":2') })).toThrow(
      expect.objectContaining({
        code: 'journal-version',
        where: 'verdicts-3@40',
        facts: { stream: 'verdicts-3', revision: 40, version: 2, reads: 1 },
      }),
    );
  });

  function swap(from: string, to: string): Uint8Array {
    return Buffer.from(Buffer.from(sound.bytes).toString().replace(from, to));
  }
});

describe('cutting lines into blocks', () => {
  it('gives one empty run for no lines: a block of its header alone', () => {
    expect(splitLines([])).toEqual([[]]);
  });

  it('keeps to the records and bytes of a block, in order, as full as they go', () => {
    const line = fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: 2, max: 900 }) },
      { weight: 1, arbitrary: fc.integer({ min: 2, max: MAX_LINE_BYTES }) },
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 2_500, size: 'max' }), (sizes) => {
        const all = sizes.map(wide);
        const runs = splitLines(all);
        expect(runs.flat()).toEqual(all);
        for (const [index, run] of runs.entries()) {
          const made = block({ lines: run });
          expect(made.count).toBeLessThanOrEqual(MAX_BLOCK_RECORDS);
          expect(made.bytes.byteLength).toBeLessThanOrEqual(MAX_BLOCK_BYTES);
          const next = runs[index + 1]?.[0];
          if (next === undefined) continue;
          const full =
            run.length + 2 > MAX_BLOCK_RECORDS || made.bytes.byteLength + next.length + 512 > MAX_BLOCK_BYTES;
          expect(full).toBe(true);
        }
      }),
      { numRuns: 12 },
    );
  });

  it('refuses a line that fits no block', () => {
    expect(() => splitLines(['{}', wide(MAX_LINE_BYTES + 1)])).toThrow(
      expect.objectContaining({ code: 'record-too-large' }),
    );
  });
});

describe('packing', () => {
  it('leaves up to 16 KiB readable, and compresses what is longer', () => {
    const short = Buffer.alloc(PACK_ABOVE_BYTES, 'x');
    expect(packBytes(short)).toEqual({ codec: 'json', bytes: short });
    const long = Buffer.alloc(PACK_ABOVE_BYTES + 1, 'x');
    const packed = packBytes(long);
    expect(packed.codec).toBe('zstd');
    expect(packed.bytes.byteLength).toBeLessThan(200);
    expect(unpackBytes('s', 0, packed.codec, packed.bytes)).toEqual(long);
  });

  it.each([
    ['an unknown codec', 'lz4', Buffer.from('x')],
    ['bytes that are no frame', 'zstd', Buffer.from('not zstd')],
    ['more than a block holds', 'zstd', packBytes(Buffer.alloc(MAX_BLOCK_BYTES + 1, 'x')).bytes],
  ])('finds %s', (_, codec, packed) => {
    expect(() => unpackBytes('s', 7, codec, packed)).toThrow(
      expect.objectContaining({ code: 'journal-corrupt', where: 's@7' }),
    );
  });

  it('lets no frame that was cut short pass for its block', () => {
    const whole = block({ lines: Array.from({ length: 900 }, (_, number) => JSON.stringify({ kind: 'x', number })) });
    const { codec, bytes: packed } = packBytes(whole.bytes);
    for (let cut = 1; cut < packed.byteLength; cut += 97) {
      const reading = (): unknown => {
        const found = unpackBytes('verdicts-3', 40, codec, packed.subarray(0, cut));
        return readBlock('verdicts-3', { ...whole, bytes: found });
      };
      expect(reading).toThrow(expect.objectContaining({ code: 'journal-corrupt' }));
    }
  });
});

/** A line of so many bytes. */
function wide(size: number): string {
  return `{${' '.repeat(size - 2)}}`;
}

function bytes(lines: readonly string[]): Uint8Array {
  return Buffer.from(lines.map((line) => `${line}\n`).join(''));
}
