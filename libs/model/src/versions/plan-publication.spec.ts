import { describe, expect, it } from 'vitest';
import { objectSchema, assetSchema, roleSchema, simpleSchema, enumSchema } from '../data-schema.js';
import type { DecisionDefinition, ModelDefinition } from '../definition.js';
import type { ChangeKind } from './change.js';
import { describeChange, describeChanges } from './describe-change.js';
import { planPublication, type Published } from './plan-publication.js';

const DAY_MS = 86_400_000;

function decision(part: Partial<DecisionDefinition>): DecisionDefinition {
  const schema = objectSchema([]);
  return { by: [], clock: false, moves: [], schema, requires: [], fact: false, manual: false, ...part };
}

function shop(): ModelDefinition {
  return {
    tutti: 1,
    model: 'shop',
    epochMs: DAY_MS,
    open: ['buyer'],
    roles: { buyer: 'buys', seller: 'sells' },
    assets: { USD: 2 },
    interaction: {
      order: {
        states: ['placed', 'shipped', 'cancelled'],
        parties: { seller: { kind: 'data', decision: 'place', property: 'seller' } },
        keeps: {
          total: { kind: 'data', decision: 'place', property: 'total' },
          tracking: { kind: 'data', decision: 'ship', property: 'tracking' },
        },
        mode: 'enforce',
        ids: 30 * DAY_MS,
        existing: 'pin',
        decisions: {
          place: decision({
            by: [{ role: 'buyer', any: false }],
            moves: [{ from: 'new', to: 'placed' }],
            schema: objectSchema([
              { name: 'seller', schema: roleSchema('seller'), optional: false },
              { name: 'total', schema: { ...assetSchema('USD'), minimum: 1 }, optional: false },
              { name: 'category', schema: enumSchema(['books', 'home']), optional: false },
              { name: 'note', schema: simpleSchema('string'), optional: true },
            ]),
            requires: [
              { name: 'open', cel: 'standing(data.seller).tier != "suspended"' },
              { name: 'small', cel: 'data.total < 100000' },
            ],
          }),
          ship: decision({
            by: [{ role: 'seller', any: false }],
            moves: [{ from: 'placed', to: 'shipped' }],
            schema: objectSchema([{ name: 'tracking', schema: simpleSchema('string'), optional: false }]),
          }),
          cancel: decision({
            by: [
              { role: 'buyer', any: false },
              { role: 'seller', any: false },
            ],
            moves: [{ from: 'placed', to: 'cancelled' }],
            requires: [{ name: 'cheap', cel: 'order.total < 50000' }],
          }),
          lapse: decision({ clock: true, afterMs: 30 * DAY_MS, moves: [{ from: 'placed', to: 'cancelled' }] }),
        },
      },
    },
    measures: { placed: { when: ['order.place'] } },
    policies: {
      fees: { applies: 'new', parameters: { late: { type: 'share', default: 500, minimum: 0, maximum: 3000 } } },
    },
    coherence: { contexts: [], weights: { conflict: 1, edge: 1, unpredictability: 1, friction: 1 } },
  };
}

const FIRST = { 'order.place': 1, 'order.ship': 1, 'order.cancel': 1, 'order.lapse': 1 };

function published(): Published {
  return { definition: shop(), contracts: FIRST, policies: { fees: 1 } };
}

type Edit = (model: ModelDefinition) => void;

function planOf(...edits: Edit[]) {
  const next = shop();
  for (const edit of edits) edit(next);
  return planPublication(published(), next);
}

/** Contracts that got another number than before. */
function renumbered(plan: { contracts: Record<string, number> }) {
  return Object.fromEntries(
    Object.entries(plan.contracts).filter(([type, version]) => FIRST[type as never] !== version),
  );
}

const order = (model: ModelDefinition) => model.interaction['order']!;
const place = (model: ModelDefinition) => order(model).decisions['place']!;
const property = (model: ModelDefinition, name: string) =>
  (place(model).schema['properties'] as Record<string, Record<string, unknown>>)[name]!;

describe('numbering', () => {
  it('given nothing published, numbers everything 1 and names no change', () => {
    expect(planPublication(undefined, shop())).toEqual({
      contracts: FIRST,
      policies: { fees: 1 },
      changes: [],
      breaking: false,
    });
  });

  it('given the same model again, changes no number', () => {
    expect(planOf()).toEqual({ contracts: FIRST, policies: { fees: 1 }, changes: [], breaking: false });
  });

  it('given keys in another order, changes no number', () => {
    const next = shop();
    order(next).decisions = Object.fromEntries(Object.entries(order(next).decisions).toReversed());
    expect(planPublication(published(), next).changes).toEqual([]);
  });

  it('gives the next version only to the contract whose content changed', () => {
    const plan = planOf((model) => (order(model).decisions['ship']!.fact = true));
    expect(renumbered(plan)).toEqual({ 'order.ship': 2 });
  });

  it('counts mode and ids to every contract of the subject', () => {
    const all = { 'order.place': 2, 'order.ship': 2, 'order.cancel': 2, 'order.lapse': 2 };
    expect(renumbered(planOf((model) => (order(model).mode = 'observe')))).toEqual(all);
    expect(renumbered(planOf((model) => (order(model).ids = 'forever')))).toEqual(all);
  });

  it('counts a kept field to the contract that fills it and to those that read it', () => {
    const plan = planOf(
      (model) => (order(model).keeps['total'] = { kind: 'sum', decision: 'place', property: 'total' }),
    );
    expect(renumbered(plan)).toEqual({ 'order.place': 2, 'order.cancel': 2 });
  });

  it('counts a party to the contract that binds it and to those it acts in', () => {
    const plan = planOf((model) => delete order(model).parties['seller']);
    expect(renumbered(plan)).toEqual({ 'order.place': 2, 'order.ship': 2, 'order.cancel': 2 });
  });

  it('counts the decimal places of an asset to the contracts that name amounts in it', () => {
    expect(renumbered(planOf((model) => (model.assets['USD'] = 3)))).toEqual({ 'order.place': 2 });
  });

  it('never gives a number twice: a type that comes back after it was removed goes on counting', () => {
    const gone = planOf((model) => delete order(model).decisions['ship']);
    expect(gone.contracts['order.ship']).toBe(1);
    const without = shop();
    delete order(without).decisions['ship'];
    const back = planPublication({ definition: without, contracts: gone.contracts, policies: gone.policies }, shop());
    expect(back.contracts['order.ship']).toBe(2);
  });

  it('gives a policy the next revision when its values change, not when its bounds do', () => {
    const late = (model: ModelDefinition) => model.policies['fees']!.parameters['late']!;
    expect(planOf((model) => (late(model).default = 1000)).policies).toEqual({ fees: 2 });
    expect(planOf((model) => (late(model).maximum = 2000)).policies).toEqual({ fees: 1 });
    expect(planOf((model) => (model.policies['fees']!.applies = 'all')).policies).toEqual({ fees: 1 });
  });

  it('puts the namespace into the types, so that another one makes other types', () => {
    const plan = planOf((model) => (model.namespace = 'acme'));
    expect(plan.contracts).toMatchObject({ 'acme.order.place': 1, 'order.place': 1 });
    expect(plan.breaking).toBe(true);
  });
});

describe('typed differences', () => {
  const compatible = 'compatible';
  const BREAKING = 'BREAKING';
  const addData = (name: string, required: boolean) => (model: ModelDefinition) => {
    (place(model).schema['properties'] as Record<string, unknown>)[name] = simpleSchema('boolean');
    if (required) (place(model).schema['required'] as string[]).push(name);
  };

  it.each<[ChangeKind, string, Edit, string]>([
    ['data-added', compatible, addData('insured', false), 'data: + insured? (boolean)'],
    ['data-required', BREAKING, addData('insured', true), 'data: + insured (boolean)'],
    [
      'data-removed',
      BREAKING,
      (model) => delete (place(model).schema['properties'] as Record<string, unknown>)['note'],
      'data: - note',
    ],
    [
      'data-required',
      BREAKING,
      (model) => (place(model).schema['required'] as string[]).push('note'),
      'data: note becomes required',
    ],
    [
      'data-widened',
      compatible,
      (model) => (place(model).schema['required'] = ['seller', 'total']),
      'data: category becomes optional',
    ],
    ['data-narrowed', BREAKING, (model) => (property(model, 'total')['minimum'] = 100), 'data: total minimum 1 → 100'],
    ['data-widened', compatible, (model) => (property(model, 'total')['minimum'] = 0), 'data: total minimum 1 → 0'],
    ['data-narrowed', BREAKING, (model) => (property(model, 'category')['enum'] = ['books']), 'data: category - home'],
    [
      'data-widened',
      compatible,
      (model) => (property(model, 'category')['enum'] = ['books', 'toys', 'home']),
      'data: category + toys',
    ],
    [
      'data-changed',
      BREAKING,
      (model) => (property(model, 'seller')['x-tutti-role'] = 'buyer'),
      'data: seller role seller → buyer',
    ],
    [
      'data-changed',
      BREAKING,
      (model) => (property(model, 'note')['contentEncoding'] = 'base64'),
      'data: note contentEncoding none → base64',
    ],
    [
      'data-annotated',
      compatible,
      (model) => (property(model, 'note')['description'] = 'to the seller'),
      'data: note description reworded',
    ],
    ['role-narrowed', BREAKING, (model) => order(model).decisions['cancel']!.by.shift(), 'by: buyer removed'],
    [
      'role-widened',
      compatible,
      (model) => (order(model).decisions['ship']!.by[0]!.any = true),
      'by: seller → any seller',
    ],
    ['role-widened', compatible, (model) => place(model).by.push({ role: 'seller', any: false }), 'by: seller added'],
    ['role-narrowed', BREAKING, (model) => (order(model).decisions['lapse']!.clock = false), 'by: no longer the clock'],
    [
      'move-added',
      compatible,
      (model) => order(model).decisions['cancel']!.moves.push({ from: 'shipped', to: 'cancelled' }),
      'moves: + shipped -> cancelled',
    ],
    ['move-removed', BREAKING, (model) => (order(model).decisions['ship']!.moves = []), 'moves: - placed -> shipped'],
    ['requirement-removed', compatible, (model) => place(model).requires.pop(), 'requires: - small'],
    [
      'requirement-added',
      BREAKING,
      (model) => place(model).requires.push({ name: 'kind', cel: 'true' }),
      'requires: + kind: true',
    ],
    [
      'requirement-changed',
      BREAKING,
      (model) => (place(model).requires[1]!.cel = 'data.total < 5'),
      'requires: small: data.total < 100000 → data.total < 5',
    ],
    [
      'requirement-moved',
      compatible,
      (model) => place(model).requires.push(place(model).requires.shift()!),
      'requires: order changed',
    ],
    [
      'deadline-shorter',
      BREAKING,
      (model) => (order(model).decisions['lapse']!.afterMs = 7 * DAY_MS),
      'after: 30 days → 7 days',
    ],
    [
      'deadline-longer',
      compatible,
      (model) => (order(model).decisions['lapse']!.afterMs = 31 * DAY_MS),
      'after: 30 days → 31 days',
    ],
    [
      'fact-changed',
      compatible,
      (model) => (order(model).decisions['ship']!.fact = true),
      'fact: now reports what has happened',
    ],
    ['manual-changed', compatible, (model) => (order(model).decisions['ship']!.manual = true), 'manual: false → true'],
    [
      'decision-added',
      compatible,
      (model) => (order(model).decisions['ask'] = decision({ by: [{ role: 'buyer', any: false }] })),
      'added',
    ],
    ['decision-removed', BREAKING, (model) => delete order(model).decisions['ship'], 'removed'],
    [
      'subject-added',
      compatible,
      (model) => (model.interaction['shelf'] = { ...order(model), decisions: {} }),
      'added',
    ],
    ['subject-removed', BREAKING, (model) => delete model.interaction['order'], 'removed'],
    ['state-removed', BREAKING, (model) => order(model).states.pop(), 'states: - cancelled'],
    ['state-added', compatible, (model) => order(model).states.push('lost'), 'states: + lost'],
    [
      'party-added',
      BREAKING,
      (model) => (order(model).parties['buyer'] = { kind: 'by', decision: 'place' }),
      'parties: + buyer: place.by',
    ],
    ['party-removed', compatible, (model) => delete order(model).parties['seller'], 'parties: - seller'],
    [
      'keep-added',
      compatible,
      (model) => (order(model).keeps['placedAt'] = { kind: 'at', decision: 'place' }),
      'keeps: + placedAt: place.at',
    ],
    ['keep-removed', BREAKING, (model) => delete order(model).keeps['tracking'], 'keeps: - tracking'],
    [
      'keep-changed',
      BREAKING,
      (model) => (order(model).keeps['total'] = { kind: 'count', decision: 'ship' }),
      'keeps: total: place.total → count(ship)',
    ],
    ['mode-changed', compatible, (model) => (order(model).mode = 'observe'), 'mode: enforce → observe'],
    ['ids-shorter', BREAKING, (model) => (order(model).ids = DAY_MS), 'ids: 30 days → 1 day'],
    ['ids-longer', compatible, (model) => (order(model).ids = 'forever'), 'ids: 30 days → forever'],
    ['policy-added', compatible, (model) => (model.policies['promise'] = { applies: 'new', parameters: {} }), 'added'],
    ['policy-removed', BREAKING, (model) => delete model.policies['fees'], 'removed'],
    ['policy-changed', compatible, (model) => (model.policies['fees']!.per = 'seller'), 'per: none → seller'],
    [
      'default-changed',
      compatible,
      (model) => (model.policies['fees']!.parameters['late']!.default = 1000),
      'default 5% → 10%',
    ],
    [
      'bounds-changed',
      compatible,
      (model) => (model.policies['fees']!.parameters['late']!.maximum = 2000),
      'bounds 0%..30% → 0%..20%',
    ],
    ['parameter-removed', BREAKING, (model) => (model.policies['fees']!.parameters = {}), 'removed'],
    [
      'parameter-retyped',
      BREAKING,
      (model) => (model.policies['fees']!.parameters['late']!.type = 'integer'),
      'type share → integer',
    ],
    ['role-removed', BREAKING, (model) => delete model.roles['seller'], 'roles: - seller'],
    ['open-removed', BREAKING, (model) => model.open.pop(), 'open: - buyer'],
    ['asset-changed', BREAKING, (model) => (model.assets['USD'] = 0), 'assets: USD: 2 → 0 decimal places'],
    ['epoch-changed', compatible, (model) => (model.epochMs = 60_000), 'epoch: 1 day → 1 minute'],
    ['renamed', BREAKING, (model) => (model.model = 'store'), 'model: shop → store'],
    ['layer-changed', compatible, (model) => delete model.measures['placed'], '- placed'],
  ])('%s is %s', (kind, compatibility, edit, text) => {
    const { changes, breaking } = planOf(edit);
    expect(changes).toHaveLength(1);
    expect(changes[0]).toMatchObject({ kind, text, breaking: compatibility === BREAKING });
    expect(breaking).toBe(compatibility === BREAKING);
  });

  it('a new deadline is breaking: it ends what could go on for ever', () => {
    const { changes } = planOf((model) => {
      order(model).decisions['lost'] = decision({
        clock: true,
        afterMs: DAY_MS,
        moves: [{ from: 'shipped', to: 'cancelled' }],
      });
    });
    expect(changes).toMatchObject([{ kind: 'decision-added', breaking: true, text: 'deadline added' }]);
  });

  it('from observe to enforce is breaking', () => {
    const before = { ...published(), definition: { ...shop() } };
    order(before.definition).mode = 'observe';
    expect(planPublication(before, shop()).changes).toMatchObject([{ kind: 'mode-changed', breaking: true }]);
  });

  it('naming moves where there were none is breaking: every state was allowed', () => {
    const before = published();
    order(before.definition).decisions['ship']!.moves = [];
    expect(planPublication(before, shop()).changes).toMatchObject([{ kind: 'move-added', breaking: true }]);
  });
});

describe('in words', () => {
  it('prints aligned lines, names and numbers once for each contract', () => {
    const { changes } = planOf(
      (model) =>
        ((order(model).decisions['ship']!.schema['properties'] as Record<string, unknown>)['insured'] =
          simpleSchema('boolean')),
      (model) => order(model).decisions['cancel']!.by.shift(),
      (model) => (order(model).decisions['cancel']!.manual = true),
      (model) => (model.policies['fees']!.parameters['late']!.maximum = 2000),
    );
    expect(describeChanges(changes)).toEqual([
      'order.ship     1 → 2   backward compatible   data: + insured? (boolean)',
      'order.cancel   1 → 2   BREAKING              by: buyer removed   (role-narrowed)',
      '                       backward compatible   manual: false → true',
      'fees.late              backward compatible   bounds 0%..30% → 0%..20%   5% is inside',
    ]);
  });

  it('prints one change alone', () => {
    const { changes } = planOf((model) => order(model).states.push('lost'));
    expect(describeChange(changes[0]!)).toBe('order   backward compatible   states: + lost');
  });
});
