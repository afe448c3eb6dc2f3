import { assert, integer, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from './canonical-json.js';
import { murmur2, partitionOf } from './partition.js';
import { formatTime, parseTime } from './time.js';

describe('murmur2', () => {
  // Values from Apache Kafka's own UtilsTest#testMurmur2.
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ])('of %s is %i', (key, value) => {
    expect(murmur2(Buffer.from(key))).toBe(value);
  });

  it('gives a partition in range for any subject', () => {
    assert(
      property(string(), integer({ min: 1, max: 64 }), (key, n) => {
        const p = partitionOf(key, n);
        return p >= 0 && p < n;
      }),
    );
  });
});

describe('time', () => {
  it('reads what it writes', () => {
    assert(property(integer({ min: -62135596800000, max: 253402300799999 }), (ms) => parseTime(formatTime(ms)) === ms));
  });
  it.each(['2026-02-30T00:00:00Z', '2026-13-01T00:00:00Z', '2026-01-01', '2026-01-01T24:00:00Z', 'now', ''])(
    'refuses %s',
    (text) => {
      expect(parseTime(text)).toBeUndefined();
    },
  );
  it('applies the offset', () => {
    expect(parseTime('2026-01-01T02:00:00.123456+02:00')).toBe(Date.UTC(2026, 0, 1, 0, 0, 0, 123));
  });
});

describe('canonical JSON', () => {
  it('does not depend on key order', () => {
    expect(canonicalJson({ b: [1, { d: 1e21, c: 'é' }], a: null })).toBe('{"a":null,"b":[1,{"c":"é","d":1e+21}]}');
  });
  it('keeps an own key named __proto__', () => {
    expect(canonicalJson(JSON.parse('{"__proto__":1}'))).toBe('{"__proto__":1}');
  });
});
