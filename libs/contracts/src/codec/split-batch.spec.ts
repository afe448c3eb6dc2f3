import { Buffer } from 'node:buffer';
import { TuttiError, type Json } from '@tutti/kernel';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitBatch } from './split-batch.js';

describe('splitting a batch', () => {
  it('gives the bytes of each element', () => {
    const parts = splitBatch(Buffer.from(' [ {"a":"],\\"{"} , [1,[2]],"x,y" ] \n'));
    expect(parts.map((part) => part.toString().trim())).toEqual(['{"a":"],\\"{"}', '[1,[2]]', '"x,y"']);
  });

  it('splits what JSON.stringify writes, whatever the values', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), (values) => {
        const parts = splitBatch(Buffer.from(JSON.stringify(values, undefined, 1)));
        expect(parts.map((part) => JSON.parse(part.toString()) as Json)).toEqual(JSON.parse(JSON.stringify(values)));
      }),
    );
  });

  it.each(['', '{}', '[', '[1', '[1,', '[,1]', '[1,]', '["a]', '[}]', '[1] 2', '[{"a":1}', '["\\'])(
    'refuses %s',
    (text) => {
      expect(() => splitBatch(Buffer.from(text))).toThrow(TuttiError);
    },
  );

  it('leaves what is wrong inside an element to that element', () => {
    expect(splitBatch(Buffer.from('[{"a":},nonsense]')).map(String)).toEqual(['{"a":}', 'nonsense']);
  });
});
