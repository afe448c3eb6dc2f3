import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compileModel } from './compile-model.js';
import type { CompiledModel, RequirementScope } from './compiled.js';
import { parseModel } from './parse/parse-model.js';

const MARKETPLACE = new URL('../../../examples/marketplace/marketplace.tutti.yaml', import.meta.url);

function compiled(text: string): CompiledModel {
  const { definition, problems } = parseModel(text, 'model.yaml');
  expect(problems).toEqual([]);
  return compileModel(definition!);
}

const marketplace = compiled(readFileSync(MARKETPLACE, 'utf8'));
const place = marketplace.decisions.get('order.place')!;
const ORDER = { seller: 'seller-3', total: 4200, category: 'books', promised: '2026-03-04T18:00:00Z' };

function scope(part: Partial<RequirementScope>): RequirementScope {
  return {
    data: ORDER,
    by: { id: 'buyer-9', role: 'buyer' },
    atMs: Date.UTC(2026, 2, 1),
    subject: { state: 'new', sequence: 0, parties: {}, keeps: {} },
    policy: marketplace.policyDefaults,
    standing: () => ({ score: 900, tier: 'good', attributes: {} }),
    ...part,
  };
}

describe('a compiled payload', () => {
  it('takes what fits', () => {
    expect(place.validate(ORDER)).toBeUndefined();
    expect(place.validate({ ...ORDER, note: 'ring twice' })).toBeUndefined();
  });

  it('says all that does not fit, in words of the model, sorted by pointer', () => {
    expect(place.validate({ ...ORDER, total: 42.5, category: 'toys', extra: 1 })).toEqual([
      { pointer: '/category', message: '"toys" is not one of electronics, books, home', actual: 'toys' },
      { pointer: '/extra', message: 'there is no property extra' },
      { pointer: '/total', message: '42.5 is not an integer: amounts are in cents, write 4250', actual: 42.5 },
    ]);
  });

  it.each([
    ['"42.00" is not an integer: amounts are in cents, write 4200', { total: '42.00' }],
    ['"4200" is not an integer: amounts are in cents, write 4200', { total: '4200' }],
    ['0 is less than 1', { total: 0 }],
    ['9007199254740992 is more than 9007199254740991', { total: 2 ** 53 }],
    ['"soon" is no time: write it as 2026-03-04T18:00:00Z', { promised: 'soon' }],
    ['7 is no participant’s id', { seller: 7 }],
  ])('says %s', (message, part) => {
    expect(place.validate({ ...ORDER, ...part })?.map((problem) => problem.message)).toEqual([message]);
  });

  it('refuses keys that would reach the prototype', () => {
    const data: unknown = JSON.parse(`{"__proto__":{"a":1},"constructor":1,${JSON.stringify(ORDER).slice(1)}`);
    expect(place.validate(data)?.map(({ pointer }) => pointer)).toEqual(['/__proto__', '/constructor']);
  });

  it.each([undefined, null, 'text', 1, [], [ORDER]])('refuses %j', (data) => {
    expect(place.validate(data)).toHaveLength(1);
  });
});

describe('a compiled requirement', () => {
  const [sellerOpen, honestPromise] = place.requirements;

  it('holds', () => {
    expect(sellerOpen!.evaluate(scope({}))).toEqual({ ok: true });
    expect(honestPromise!.evaluate(scope({}))).toEqual({ ok: true });
  });

  it('fails with what each path was', () => {
    const standing = () => ({ score: 1, tier: 'suspended', attributes: {} });
    expect(sellerOpen!.evaluate(scope({ standing }))).toEqual({
      ok: false,
      values: { 'standing(data.seller).tier': 'suspended' },
    });
    expect(honestPromise!.evaluate(scope({ atMs: Date.UTC(2026, 2, 4) }))).toEqual({
      ok: false,
      values: {
        'data.promised': '2026-03-04T18:00:00.000Z',
        at: '2026-03-04T00:00:00.000Z',
        'policy.promise.least': 1,
      },
    });
  });

  it.each([{}, null, { promised: null }, { promised: 7 }, { promised: 'soon' }])(
    'is an error on %j, never a throw',
    (data) => {
      expect(honestPromise!.evaluate(scope({ data }))).toMatchObject({ ok: false, error: expect.any(String) });
    },
  );
});

describe('a compiled model', () => {
  it('knows deadlines by the state they leave, reach, targets and roles', () => {
    const order = marketplace.subjects.get('order')!;
    expect([...order.deadlines].map(([state, due]) => [state, due.map(({ type }) => type)])).toEqual([
      ['delivered', ['order.close']],
      ['placed', ['order.lapse']],
      ['shipped', ['order.lost']],
      ['claimed', ['order.concede']],
    ]);
    expect([...order.reach.get('delivered')!].toSorted()).toEqual(['claimed', 'closed', 'refunded']);
    expect(order.keeps.filter(({ isTime }) => isTime).map(({ name }) => name)).toEqual(['promised', 'arrived']);
    expect(marketplace.decisions.get('order.lost')!.target).toBe('claimed');
    expect(place.roleProperties).toEqual([{ property: 'seller', role: 'seller', optional: false }]);
    expect(marketplace.topStandings['seller']).toEqual({
      score: 1000,
      tier: 'good',
      attributes: { visibility: 10000 },
    });
    expect(marketplace.subjectOfType('order.unknown')).toBe(order);
    expect(marketplace.subjectOfType('parcel.unknown')).toBeUndefined();
  });

  it('carries the namespace in its types', () => {
    const text = readFileSync(MARKETPLACE, 'utf8').replace('epoch: 1 day', 'namespace: com.shop\nepoch: 1 day');
    const model = compiled(text);
    expect(model.decisions.has('com.shop.order.place')).toBe(true);
    expect(model.subjectOfType('com.shop.order.unknown')?.name).toBe('order');
    expect(model.subjectOfType('order.place')).toBeUndefined();
  });
});
