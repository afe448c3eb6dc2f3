import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Problem } from './compiled.js';
import { LEGAL_DROPS, LEGAL_TYPOS } from './fixture/legal-mutations.js';
import { MUTATIONS } from './fixture/mutations.js';
import { parseModel } from './parse/parse-model.js';
import { PROBLEM_CODES } from './problems/problem-codes.js';

const MARKETPLACE = readFileSync(
  new URL('../../../examples/marketplace/marketplace.tutti.yaml', import.meta.url),
  'utf8',
);
const LINES = MARKETPLACE.split('\n');

/** Lines that say something, from 1, with their comment cut off. */
const SPEAKING = LINES.map((line, i) => ({
  number: i + 1,
  line: line.replace(/\s+#.*$/, '').replace(/^#.*$/, ''),
})).filter(({ line }) => line.trim() !== '');

function problemsOf(text: string): Problem[] {
  return parseModel(text, 'marketplace.tutti.yaml').problems;
}

function placeOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
}

describe('every rule of the checker', () => {
  it.each(MUTATIONS)('$code: $from → $to', ({ code, also, from, to, at, mend }) => {
    const first = also === undefined ? MARKETPLACE : MARKETPLACE.replace(also.from, () => also.to);
    expect(first).toContain(from);
    const marked = first.replace(from, () => to);
    const text = marked.replace('‸', '');
    const offset = at === undefined ? marked.indexOf('‸') : text.indexOf(at);
    expect(offset).toBeGreaterThanOrEqual(0);
    const problems = problemsOf(text);
    expect(problems).toContainEqual(expect.objectContaining({ code, ...placeOf(text, offset) }));
    const found = problems.find((problem) => problem.code === code)!;
    expect(found.length).toBeGreaterThan(0);
    if (mend !== undefined) expect(found.mend).toContain(mend);
  });

  it('is tried twice at least', () => {
    const elsewhere = new Set(['class-differs', 'yaml-too-large', 'yaml-characters', 'schema-file']);
    const counts = Map.groupBy(MUTATIONS, ({ code }): string => code);
    const rare = Object.keys(PROBLEM_CODES).filter(
      (code) => !elsewhere.has(code) && (counts.get(code)?.length ?? 0) < 2,
    );
    expect(rare).toEqual([]);
  });
});

describe('a dropped line', () => {
  it.each(SPEAKING)('$number: $line', ({ number, line }) => {
    const problems = problemsOf(LINES.toSpliced(number - 1, 1).join('\n'));
    expect(problems.map(({ code }) => code).length > 0).toBe(LEGAL_DROPS[line.trim()] === undefined);
  });

  it('is legal only where the table says why', () => {
    const lines = new Set(SPEAKING.map(({ line }) => line.trim()));
    expect(Object.keys(LEGAL_DROPS).filter((line) => !lines.has(line))).toEqual([]);
  });
});

/** The seed decides which letter of each word is lost. */
const SEED = 4;

describe('a lost letter', () => {
  it.each(SPEAKING)('$number: $line', ({ number, line }) => {
    const words = [...line.matchAll(/[A-Za-z]{3,}/g)];
    // The first word of the line, and one more that the seed chooses.
    const chosen = new Set([words[0], words[(SEED * number) % Math.max(1, words.length)]]);
    for (const word of chosen) {
      if (word === undefined) continue;
      const lost = word.index + ((SEED + number) % word[0].length);
      const typo = line.slice(0, lost) + line.slice(lost + 1);
      const legal = LEGAL_TYPOS.find((each) => line.includes(each.line) && each.words.includes(word[0]));
      const problems = problemsOf(LINES.with(number - 1, typo).join('\n'));
      const shown = `${typo.trim()} ${problems.map(({ code }) => code).join(' ')}`;
      expect([shown, problems.length > 0]).toEqual([shown, legal === undefined]);
    }
  });
});
