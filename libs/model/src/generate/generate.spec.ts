import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '@tutti/kernel';
import { ANNOTATIONS } from '../data-schema.js';
import type { ModelDefinition } from '../definition.js';
import { parseModel } from '../parse/parse-model.js';
import { planPublication } from '../versions/plan-publication.js';
import { generateAsyncApi } from './async-api.js';
import { generateJsonSchema } from './json-schema.js';
import { typeOfSchema } from './type-of-schema.js';
import { generateTypes } from './types.js';

const file = fileURLToPath(new URL('../../../../examples/marketplace/marketplace.tutti.yaml', import.meta.url));
const definition = parseModel(readFileSync(file, 'utf8'), file).definition!;
const { contracts } = planPublication(undefined, definition);

/** The same model with every object's keys the other way round. */
function turned(value: Json): Json {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, each]) => [key, turned(each)]),
  );
}
const other = turned(definition as unknown as Json) as unknown as ModelDefinition;

describe('generateTypes', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tutti-types-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** What the compiler says about a program that uses the types; '' if nothing. */
  function compile(types: string, program: string): string {
    writeFileSync(join(folder, 'marketplace.ts'), types);
    writeFileSync(join(folder, 'program.ts'), program);
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          strict: true,
          noEmit: true,
          target: 'es2022',
          module: 'nodenext',
          types: [],
          lib: ['es2022'],
        },
        files: ['program.ts'],
      }),
    );
    const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
    try {
      execFileSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8', timeout: 60_000 });
      return '';
    } catch (error) {
      return (error as { stdout: string }).stdout;
    }
  }

  it('gives types that compile under strict and refuse what the contract refuses', () => {
    const said = compile(
      generateTypes(definition, contracts),
      `
      import type { Marketplace, OrderState } from './marketplace.js';
      type Data<T extends keyof Marketplace['decisions']> = Marketplace['decisions'][T];
      type Known = { model: string; decisions: object; subjects: object; policies: object };
      const fits: Known extends unknown ? (Marketplace extends Known ? true : false) : never = true;
      const ship: Data<'order.ship'> = { carrier: 'carrier-1', tracking: 'TK-9' };
      const place: Data<'order.place'> = { seller: 's', total: 1, category: 'books', promised: '2026-01-01T00:00:00Z' };
      const deliver: Data<'order.deliver'> = {};
      const state: OrderState = 'shipped';
      const keeps: Marketplace['subjects']['order']['keeps'] = { total: 4200, arrived: '2026-01-01T00:00:00Z' };
      const least: Marketplace['policies']['promise']['least'] = 2;
      const version: Marketplace['contracts']['order.close'] = 1;
      const deadline: keyof Marketplace['deadlines'] = 'order.lapse';
      // @ts-expect-error a carrier is named by its id
      const numbered: Data<'order.ship'> = { carrier: 1, tracking: 'TK-9' };
      // @ts-expect-error tracking is required
      const lacking: Data<'order.ship'> = { carrier: 'carrier-1' };
      // @ts-expect-error toys are no category
      const toys: Data<'order.place'> = { ...place, category: 'toys' };
      // @ts-expect-error the object is closed
      const open: Data<'order.deliver'> = { at: 'noon' };
      // @ts-expect-error nobody sends what the clock decides
      const clock: Data<'order.close'> = {};
      // @ts-expect-error no such state
      const lost: OrderState = 'lost';
      export { fits, ship, deliver, state, keeps, least, version, deadline, numbered, lacking, toys, open, clock, lost };
      `,
    );
    expect(said).toBe('');
  });

  it('gives the same text whatever the order of keys', () => {
    expect(generateTypes(other, contracts)).toBe(generateTypes(definition, contracts));
  });

  it('keeps names apart that would be the same, and quotes what is no identifier', () => {
    const model = structuredClone(definition);
    const order = model.interaction['order']!;
    model.namespace = 'com.example';
    model.interaction['orderPlace'] = {
      ...order,
      decisions: { late: order.decisions['ship']! },
      parties: {},
      keeps: {},
    };
    order.decisions['placeLate'] = structuredClone(order.decisions['ship']!);
    order.decisions['placeLate'].schema['properties'] = {
      'tracking-id': { type: 'string', description: "it's */ tricky\nindeed" },
      carrier: { enum: ["it's", 'a\\b', 'line\nbreak'] },
    };
    const types = generateTypes(model, {});
    expect(types).toContain("'com.example.order.placeLate': OrderPlaceLate;");
    expect(types).toContain("'com.example.orderPlace.late': OrderPlaceLate2;");
    const program = `import type { OrderPlaceLate } from './marketplace.js';
      export const late: OrderPlaceLate = { carrier: "it's", 'tracking-id': 'x' };`;
    expect(compile(types, program)).toBe('');
  });
});

describe('typeOfSchema', () => {
  it.each<[string, Json, string]>([
    ['any of', { anyOf: [{ type: 'string' }, { type: 'integer' }] }, 'string | number'],
    ['a list of choices', { type: 'array', items: { enum: ['a', 1] } }, "('a' | 1)[]"],
    ['a constant', { const: { a: [1, null] } }, '{ a: [1, null] }'],
    ['several types', { type: ['string', 'null'] }, 'string | null'],
    ['an open object', { type: 'object' }, 'Record<string, unknown>'],
    ['a record', { type: 'object', additionalProperties: { type: 'boolean' } }, 'Record<string, boolean>'],
    ['all of', { allOf: [{ type: 'string' }, {}] }, 'string'],
    ['a reference', { $ref: '#/$defs/a', $defs: { a: { type: 'integer' } } }, 'number'],
    ['a reference to itself', { type: 'array', items: { $ref: '#' } }, 'unknown[][]'],
    ['a reference elsewhere', { $ref: 'https://example.com/x' }, 'unknown'],
    ['what is not understood', { contains: {} }, 'unknown'],
    ['nothing', false, 'never'],
    ['anything', true, 'unknown'],
  ])('%s', (_name, schema, type) => {
    expect(typeOfSchema(schema)).toBe(type);
  });
});

describe('generateJsonSchema', () => {
  const document = generateJsonSchema(definition, contracts);

  it('lets a validator find a payload by its dataschema', () => {
    const ajv = new Ajv2020({ keywords: [...ANNOTATIONS] });
    addFormats.default(ajv);
    ajv.addSchema(document);
    const valid = ajv.getSchema('tutti:order.ship/1')!;
    expect(valid({ carrier: 'carrier-1', tracking: 'TK-9' })).toBe(true);
    expect(valid({ carrier: 'carrier-1' })).toBe(false);
  });

  it('holds what participants send, and nothing that the clock decides', () => {
    expect(Object.keys(document['$defs'] as object)).toEqual([
      'order.cancel',
      'order.claim',
      'order.deliver',
      'order.dismiss',
      'order.place',
      'order.refund',
      'order.ship',
    ]);
  });
});

describe('generateAsyncApi', () => {
  const document = generateAsyncApi(definition, contracts, { space: 'market', partitions: 4, revision: 3 });

  it('has the four topics of a space, of which participants write one', () => {
    const channels = document['channels'] as Record<string, { address: string }>;
    expect(Object.values(channels).map(({ address }) => address)).toEqual([
      'market.decisions',
      'market.verdicts',
      'market.policies',
      'market.states',
    ]);
    const operations = Object.entries(document['operations'] as Record<string, { action: string }>);
    expect(operations.filter(([, { action }]) => action === 'receive').map(([name]) => name)).toEqual([
      'receiveDecisions',
    ]);
  });

  it('refers to nothing that is not there', () => {
    const references: string[] = [];
    JSON.stringify(document, (key, value: unknown) => {
      if (key === '$ref') references.push(value as string);
      return value;
    });
    expect(references.length).toBeGreaterThan(20);
    for (const reference of references) {
      let found: unknown = document;
      for (const part of reference.slice(2).split('/')) found = (found as Record<string, unknown>)[part];
      expect(found, reference).toBeTypeOf('object');
    }
  });

  it('describes each decision with its headers and payload', () => {
    const { messages } = document['components'] as { messages: Record<string, Record<string, unknown>> };
    expect(messages['order.place']).toMatchObject({
      title: 'order.place@1',
      contentType: 'application/json',
      headers: {
        required: ['content-type', 'ce_specversion', 'ce_id', 'ce_source', 'ce_type', 'ce_subject', 'ce_time'],
        properties: { ce_type: { const: 'order.place' }, ce_dataschema: { examples: ['tutti:order.place/1'] } },
      },
      payload: { required: ['seller', 'total', 'category', 'promised'] },
    });
    expect(Object.keys(messages)).not.toContain('order.close');
  });

  it('wants no time where ids are remembered for ever', () => {
    const model = structuredClone(definition);
    model.interaction['order']!.ids = 'forever';
    const { messages } = generateAsyncApi(model, contracts)['components'] as {
      messages: Record<string, { headers: { required: string[] } }>;
    };
    expect(messages['order.ship']!.headers.required).not.toContain('ce_time');
  });

  it('gives the same document whatever the order of keys', () => {
    expect(JSON.stringify(generateAsyncApi(other, contracts))).toBe(
      JSON.stringify(generateAsyncApi(definition, contracts)),
    );
    expect(JSON.stringify(generateJsonSchema(other, contracts))).toBe(
      JSON.stringify(generateJsonSchema(definition, contracts)),
    );
  });
});
