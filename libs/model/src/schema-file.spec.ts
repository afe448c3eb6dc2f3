import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { MUTATIONS } from './fixture/mutations.js';
import { parseModel } from './parse/parse-model.js';
import type { ProblemCode } from './problems/problem-codes.js';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
const MARKETPLACE = read('../../../examples/marketplace/marketplace.tutti.yaml');
const HOSPITAL = read('../../../examples/hospital/hospital.tutti.yaml');
const SCHEMA = JSON.parse(read('../schema/tutti-model-1.schema.json')) as Record<string, unknown>;

const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, allowUnionTypes: true });
addFormats.default(ajv);
const fits = ajv.compile(SCHEMA);

function mutated({ also, from, to }: (typeof MUTATIONS)[number]): string {
  const first = also === undefined ? MARKETPLACE : MARKETPLACE.replace(also.from, () => also.to);
  return first.replace(from, () => to).replace('‸', '');
}

/** What a schema without knowledge of names can see. */
const SEEN = new Set<ProblemCode>([
  'format-version',
  'missing-key',
  'wrong-shape',
  'bad-number',
  'bad-share',
  'bad-duration',
  'name-invalid',
  'not-yet',
  'private-not-yet',
  'moves-syntax',
  'path-syntax',
]);

describe('the JSON Schema of the file format', () => {
  it.each([
    ['the marketplace', MARKETPLACE],
    ['the hospital', HOSPITAL],
  ])('takes %s', (_, text) => {
    expect([fits(parse(text)), fits.errors]).toEqual([true, null]);
  });

  it.each(MUTATIONS.filter(({ code }) => SEEN.has(code)))('marks $code: $from → $to', (mutation) => {
    expect(fits(parse(mutated(mutation)))).toBe(false);
  });

  it.each([
    ['epcoh: 1 day', 'epoch: 1 day'],
    ['facts: true', 'fact: true'],
    ['state:  [', 'states:  ['],
    ['shorts: owe', 'short: owe'],
    ['short: lend', 'short: owe'],
    ['by: clock, fact: true', 'by: clock'],
    ['by: support, after: 7 days', 'by: support'],
    ['post: reserve, from: fees', 'post: reserve'],
    ['stages: [5%, 25%]', 'stages: [5%, 25%, 100%]'],
    ['conflict: -1', 'conflict: 4'],
    ['minimun: 8%', 'minimum: 8%'],
    ['{ type: number, minimum: 1 }', '{ type: USD, minimum: 1 }'],
  ])('marks %s for %s', (wrong, right) => {
    expect(MARKETPLACE).toContain(right);
    expect(fits(parse(MARKETPLACE.replace(right, wrong)))).toBe(false);
  });

  it('takes whatever the checker takes', () => {
    const variants = [
      MARKETPLACE.replace('epoch: 1 day', 'epoch: 2 Hours\nnamespace: com.shop\nopen: [buyer]'),
      MARKETPLACE.replace('note?:    string', 'note?:    { type: string, maxLength: 500, pattern: "^a" }'),
      MARKETPLACE.replace(
        'note?:    string',
        'items: { type: array, items: { type: object, properties: { sku?: string } }, maxItems: 5 }',
      ),
      MARKETPLACE.replace('note?:    string', 'part?: { type: share, minimum: 5%, maximum: 50% }'),
      MARKETPLACE.replace(
        'data: { carrier: carrier, tracking: string }',
        'data: { carrier: carrier, kind: [1, 2], flag: { enum: [true] } }',
      ),
      MARKETPLACE.replace('moves: delivered -> claimed', 'moves: [delivered -> claimed, shipped -> claimed]'),
      MARKETPLACE.replace(
        'data: { reason: [late, damaged, notAsDescribed] }',
        'schema: { type: object, properties: { a: { type: string } } }',
      ),
      MARKETPLACE.replace('[order.category]', '[{ of: order.total, top: 5 }]'),
      MARKETPLACE.replace('per: seller ', 'per: subject\n    applies: all\n    grace: 2 days '),
      MARKETPLACE.replace('by: [buyer, seller]', 'by: [buyer, any seller]'),
    ];
    for (const text of variants) {
      expect(text).not.toBe(MARKETPLACE);
      expect(parseModel(text, 'm').problems).toEqual([]);
      expect([fits(parse(text)), fits.errors]).toEqual([true, null]);
    }
  });

  it('describes every key', () => {
    const bare: string[] = [];
    const visit = (node: unknown, path: string): void => {
      if (typeof node !== 'object' || node === null) return;
      for (const [key, value] of Object.entries(node)) visit(value, `${path}/${key}`);
      // A map of properties may hold one that is called `properties`.
      if (path.endsWith('/properties')) return;
      const { properties, patternProperties } = node as Record<string, Record<string, unknown> | undefined>;
      for (const [key, property] of Object.entries({ ...properties, ...patternProperties })) {
        if (property === false || /\/(if|then|else|oneOf|dependentSchemas)(\/|$)/.test(path)) continue;
        const { description, $ref } = property as { description?: string; $ref?: string };
        const target =
          $ref === undefined ? undefined : (SCHEMA['$defs'] as Record<string, { description?: string }>)[$ref.slice(8)];
        if ((description ?? target?.description ?? '') === '') bare.push(`${path}/${key}`);
      }
    };
    visit(SCHEMA, '');
    expect(bare).toEqual([]);
  });
});
