import { Ajv2020 } from 'ajv/dist/2020.js';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '@tutti/kernel';
import { diffSchema } from './diff-schema.js';

const leaf = fc.oneof(
  fc.record(
    {
      type: fc.constantFrom('integer', 'number'),
      minimum: fc.nat(3),
      maximum: fc.nat(6),
      multipleOf: fc.constantFrom(1, 2, 4),
    },
    { requiredKeys: ['type'] },
  ),
  fc.record({ type: fc.constant('string'), minLength: fc.nat(2), maxLength: fc.nat(4) }, { requiredKeys: ['type'] }),
  fc.record({ enum: fc.uniqueArray(fc.constantFrom('a', 'b', 1, 2), { minLength: 1 }) }),
  fc.record({ type: fc.constantFrom('boolean', ['boolean', 'null']) }),
);
const list = fc.record(
  { type: fc.constant('array'), items: leaf, minItems: fc.nat(2), uniqueItems: fc.boolean() },
  { requiredKeys: ['type'] },
);
const schemas = fc
  .record(
    {
      properties: fc.record({ x: fc.oneof(leaf, list), y: leaf }, { requiredKeys: [] }),
      required: fc.subarray(['x', 'y']),
      additionalProperties: fc.constantFrom(false, true),
    },
    { requiredKeys: ['properties'] },
  )
  .map((schema) => Object.assign({ type: 'object' }, schema) as unknown as JsonObject);
const value = fc.oneof(
  fc.integer({ min: -1, max: 8 }),
  fc.string({ maxLength: 5 }),
  fc.constantFrom<Json>('a', 'b', true, null, 1.5),
  fc.array(fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constantFrom<Json>('a', true)), { maxLength: 3 }),
);
const data = fc.record({ x: value, y: value, z: value }, { requiredKeys: [] });

describe('diffSchema', () => {
  it('never calls a difference compatible that refuses what was valid before', () => {
    const ajv = new Ajv2020({ strict: false, logger: false });
    fc.assert(
      fc.property(schemas, schemas, fc.array(data, { minLength: 20, maxLength: 20 }), (before, after, samples) => {
        const changes = diffSchema(before, after);
        fc.pre(changes.every(({ breaking }) => !breaking));
        const [old, next] = [ajv.compile(before), ajv.compile(after)];
        for (const sample of samples) if (old(sample)) expect(next(sample), JSON.stringify(sample)).toBe(true);
      }),
      { numRuns: 150, maxSkipsPerRun: 300 },
    );
  });

  it('finds no difference between a schema and itself with its keys in another order', () => {
    fc.assert(
      fc.property(schemas, (schema) => {
        const turned = Object.fromEntries(Object.entries(schema).toReversed());
        expect(diffSchema(schema, turned)).toEqual([]);
      }),
    );
  });

  it('names where in nested data it differs', () => {
    const nested = (minimum: number) => ({
      type: 'object',
      properties: { lines: { type: 'array', items: { properties: { count: { minimum } } } } },
    });
    expect(diffSchema(nested(1), nested(2)).map(({ text }) => text)).toEqual(['data: lines[].count minimum 1 → 2']);
  });
});
