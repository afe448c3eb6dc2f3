import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileModel } from '../compile-model.js';
import { parseModel } from './parse-model.js';

const MARKETPLACE = readFileSync(
  new URL('../../../../examples/marketplace/marketplace.tutti.yaml', import.meta.url),
  'utf8',
);
const LINES = MARKETPLACE.split('\n');

/** What always holds: no throw, problems inside the text, a definition exactly where no problem is an error. */
function expectSound(text: string): void {
  const { definition, problems } = parseModel(text, 'fuzz.yaml');
  const lines = text.split('\n');
  for (const problem of problems) {
    expect(problem.line).toBeGreaterThanOrEqual(1);
    expect(problem.line).toBeLessThanOrEqual(lines.length);
    expect(problem.column).toBeGreaterThanOrEqual(1);
    expect(problem.column).toBeLessThanOrEqual(lines[problem.line - 1]!.length + 1);
    expect(problem.length).toBeGreaterThanOrEqual(1);
    expect(problem.message).not.toMatch(/undefined|\[object|NaN/);
  }
  expect(definition === undefined).toBe(problems.some(({ severity }) => severity === 'error'));
  if (definition !== undefined) compileModel(definition);
}

// What trips readers of YAML and of CEL, and values of odd shapes.
const YAML_PARTS = [
  '&a ',
  '*a',
  '<<: *a',
  '!!binary ',
  '!x ',
  '---\n',
  '\t',
  '? [a]\n: b\n',
  '{',
  '}',
  '[',
  ']',
  ': ',
  ' #',
];
const TEXT_PARTS = ['"', "'", '|\n', '>\n', '%', '@', '`', '\u0000', '"\\ud800"', '\ud800', '\ufeff', '\u2028', '\r\n'];
const VALUES = [
  'null',
  '~',
  '1e999',
  '0x10',
  '-1',
  '9007199254740993',
  '.nan',
  '{}',
  '[]',
  '100%',
  '7 days',
  'new',
  'epoch',
];
const KEYS = ['__proto__: 1\n', 'constructor: {}\n', 'toString'];
const CEL_PARTS = [
  'data.',
  'has(order.',
  'standing(',
  '))))',
  '&& ',
  '? 1 : 2',
  '(((((((',
  '.matches("a")',
  '3.5',
  '"x" in ["a"]',
];
const SNIPPETS = [YAML_PARTS, TEXT_PARTS, VALUES, KEYS, CEL_PARTS].flat();

describe('parseModel', () => {
  it('takes the marketplace without a word', () => {
    expect(parseModel(MARKETPLACE, 'marketplace.tutti.yaml').problems).toEqual([]);
  });

  it.each(['incentive', 'learning'])('stays valid without the layer %s', (layer) => {
    const start = LINES.findIndex((line) => line.startsWith(`${layer}:`));
    const end = LINES.findIndex((line, i) => i > start && /^\S/.test(line));
    const { definition, problems } = parseModel(LINES.toSpliced(start, end - start).join('\n'), 'm');
    expect(problems).toEqual([]);
    const model = compileModel(definition!);
    const standing = model.topStandings['seller']!;
    const [sellerOpen] = model.decisions.get('order.place')!.requirements;
    const subject = { state: 'new', sequence: 0, parties: {}, keeps: {} };
    const data = { seller: 's', total: 1, category: 'books', promised: '2026-03-04T18:00:00Z' };
    const scope = {
      data,
      by: { id: 'b', role: 'buyer' },
      atMs: 0,
      subject,
      policy: model.policyDefaults,
      standing: () => standing,
    };
    expect(sellerOpen!.evaluate(scope)).toEqual({ ok: true });
  });

  it('gives nothing for nothing', () => {
    expect(parseModel('', 'm').problems.map(({ code }) => code)).toEqual(['missing-key']);
    expect(parseModel('# only words\n', 'm').problems.map(({ code }) => code)).toEqual(['missing-key']);
  });

  it('never throws on any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), fc.string({ maxLength: 200 })), expectSound),
      { numRuns: 300 },
    );
  });

  it('never throws on a mutated model', () => {
    const edit = fc.record({
      at: fc.nat({ max: MARKETPLACE.length }),
      cut: fc.nat({ max: 40 }),
      put: fc.oneof(fc.constantFrom(...SNIPPETS), fc.string({ maxLength: 6 })),
    });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
        let text = MARKETPLACE;
        for (const { at, cut, put } of edits) text = text.slice(0, at) + put + text.slice(at + cut);
        expectSound(text);
      }),
      { numRuns: 100 },
    );
  });

  it('never throws on values of the wrong shape', () => {
    const keys = [
      'tutti',
      'model',
      'epoch',
      'open',
      'roles',
      'assets',
      'interaction',
      'measures',
      'incentive',
      'policies',
      'learning',
      'coherence',
    ];
    const inner = [
      'order',
      'states',
      'decisions',
      'parties',
      'keeps',
      'by',
      'moves',
      'data',
      'requires',
      'when',
      'if',
      'rules',
      'accounts',
      'standings',
      'tiers',
      '__proto__',
      'toString',
    ];
    const value = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom(
          null,
          true,
          0,
          -1,
          1.5,
          '',
          'order',
          'new -> placed',
          'place.by',
          '1 day',
          '5%',
          'USD',
          'buyer',
        ),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...inner), tie('value'), { maxKeys: 4 }),
      ),
    })).value;
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...keys), value), (model) => {
        expectSound(JSON.stringify(model));
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    ['brackets', '['.repeat(50_000)],
    ['braces', '{a: '.repeat(2000)],
    ['lists', '- '.repeat(5000)],
    ['indentation', Array.from({ length: 300 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
    ['aliases', `a: &a [x]\n${Array.from({ length: 20 }, (_, i) => `b${i}: &b${i} [*a, *a]`).join('\n')}`],
    ['a long line', `tutti: 1\nmodel: ${'a'.repeat(200_000)}`],
    ['a long expression', MARKETPLACE.replace('data.promised >= at', `${'('.repeat(500)}at${')'.repeat(500)}`)],
    ['many problems', Array.from({ length: 5000 }, (_, i) => `k${i}: 1`).join('\n')],
    ['beyond the limit', 'a: 1\n'.repeat(100_000)],
  ])('survives %s', (_, text) => {
    expectSound(text);
    expect(parseModel(text, 'm').definition).toBeUndefined();
  });
});
