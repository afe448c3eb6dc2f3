import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { allCodes, codeEntries, nearestCode } from './code-pages.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..');
const THROWN = /(?:new \w*Error|super)\(\s*'([a-z]+(?:-[a-z]+)*)'/g;

/** Codes thrown anywhere in the product, as they stand in its sources. */
function thrownCodes(): string[] {
  const files = globSync(['libs/**/src/**/*.ts', 'services/*/src/**/*.ts'], { cwd: root, exclude: ['**/dist/**'] });
  const codes = new Set<string>();
  for (const file of files.filter((name) => !name.endsWith('.spec.ts') && !name.includes('/testing/'))) {
    for (const [, code] of readFileSync(join(root, file), 'utf8').matchAll(THROWN)) codes.add(code!);
  }
  return [...codes].toSorted();
}

describe('pages of codes', () => {
  it('are there for every code that is thrown', () => {
    const thrown = thrownCodes();
    expect(thrown).toContain('data-locked');
    expect(thrown.filter((code) => codeEntries(code).length === 0)).toEqual([]);
  });

  it('say what, where and how to mend it', () => {
    for (const code of allCodes()) {
      const entries = codeEntries(code);
      expect(entries, code).not.toEqual([]);
      for (const { title, occurs, meaning, mend } of entries) {
        for (const text of [title, occurs, meaning, mend]) expect(text.length, code).toBeGreaterThan(5);
      }
    }
  });

  it('give both meanings of a code that is recorded on one road and refused on the other', () => {
    expect(codeEntries('unauthenticated').map(({ occurs }) => occurs)).toEqual([
      "a verdict's reason: recorded",
      'an answer over HTTP: nothing was recorded',
    ]);
  });

  it.each([
    ['conflct', 'conflict'],
    ['Schema-Invalid', 'schema-invalid'],
    ['port-inuse', 'port-in-use'],
  ])('%s is probably %s', (written, meant) => {
    expect(nearestCode(written)).toBe(meant);
  });

  it('have no guess for what resembles nothing', () => {
    expect(nearestCode('xyzzy')).toBeUndefined();
  });
});
