import { describe, expect, it } from 'vitest';
import { readExplained } from './find-verdict.js';

describe('what is to be explained', () => {
  it.each([
    ['3-1207', { by: 'position', position: '3-1207' }],
    ['verdicts-3@1207', { by: 'position', position: '3-1207' }],
    ['3@1207', { by: 'position', position: '3-1207' }],
    ['seller-3/ship-17', { by: 'decision', participant: 'seller-3', id: 'ship-17' }],
    ['/participants/seller-3/a/b', { by: 'decision', participant: 'seller-3', id: 'a/b' }],
    ['0199c2d0-7e1c-7000-8000-000000000000', { by: 'id', id: '0199c2d0-7e1c-7000-8000-000000000000' }],
    ['ship-17', { by: 'id', id: 'ship-17' }],
  ])('%s', (text, expected) => {
    expect(readExplained(text)).toEqual(expected);
  });
});
