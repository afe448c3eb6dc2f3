import { IsIn, IsOptional, IsRFC3339, IsString, MaxLength, Min } from 'class-validator';
import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CLASS_CODES } from './class-codes.js';
import { assetSchema, enumSchema, objectSchema, roleSchema, simpleSchema } from '../data-schema.js';
import { compileClass } from './compile-class.js';
import { IsAmount, IsRole } from './data-rules.js';
import { Decision, type DecisionOptions } from './decision-class.js';

@Decision('order.place', {
  by: 'buyer',
  moves: 'new -> placed',
  requires: { sellerOpen: 'standing(data.seller).tier != "suspended"', cheap: 'data.total < 5' },
})
class PlaceOrder {
  @IsRole('seller') seller!: string;
  @IsAmount('USD') @Min(1) total!: number;
  @IsIn(['electronics', 'books', 'home']) category!: 'electronics' | 'books' | 'home';
  @IsRFC3339() promised!: string;
  @IsOptional() @IsString() @MaxLength(256) note?: string;
}

function compiled(type: string, options: DecisionOptions) {
  class Given {}
  Decision(type, options)(Given);
  return compileClass(Given);
}

describe('compileClass', () => {
  it('gives the definition of the decision', () => {
    expect(compileClass(PlaceOrder)).toEqual({
      subject: 'order',
      verb: 'place',
      definition: {
        by: [{ role: 'buyer', any: false }],
        clock: false,
        moves: [{ from: 'new', to: 'placed' }],
        schema: objectSchema([
          { name: 'seller', schema: roleSchema('seller'), optional: false },
          { name: 'total', schema: { ...assetSchema('USD'), minimum: 1 }, optional: false },
          { name: 'category', schema: enumSchema(['electronics', 'books', 'home']), optional: false },
          { name: 'promised', schema: simpleSchema('time'), optional: false },
          { name: 'note', schema: simpleSchema('string'), optional: true },
        ]),
        requires: [
          { name: 'sellerOpen', cel: 'standing(data.seller).tier != "suspended"' },
          { name: 'cheap', cel: 'data.total < 5' },
        ],
        fact: false,
        manual: false,
      },
    });
  });

  it('reads who may, moves from several states, and flags', () => {
    const { definition } = compiled('order.cancel', {
      by: ['buyer', 'any seller'],
      moves: ['placed | shipped -> cancelled', 'claimed -> closed'],
      fact: true,
      manual: true,
    });
    expect(definition).toMatchObject({
      by: [
        { role: 'buyer', any: false },
        { role: 'seller', any: true },
      ],
      moves: [
        { from: 'placed', to: 'cancelled' },
        { from: 'shipped', to: 'cancelled' },
        { from: 'claimed', to: 'closed' },
      ],
      fact: true,
      manual: true,
    });
  });

  it('reads a deadline', () => {
    const { definition } = compiled('order.close', { by: 'clock', moves: 'delivered -> closed', after: '7 days' });
    expect(definition).toMatchObject({ by: [], clock: true, afterMs: 604_800_000 });
  });

  it.each<[string, string, DecisionOptions]>([
    ['a type without a verb', 'order', { by: 'buyer' }],
    ['a type in upper case', 'Order.place', { by: 'buyer' }],
    ['nobody', 'order.place', { by: [] }],
    ['a role of two words', 'order.place', { by: 'the buyer' }],
    ['clock beside a role', 'order.place', { by: ['clock', 'buyer'] }],
    ['moves without an arrow', 'order.place', { by: 'buyer', moves: 'placed' }],
    ['moves to two states', 'order.place', { by: 'buyer', moves: 'new -> a | b' }],
    ['clock without after', 'order.close', { by: 'clock', moves: 'a -> b' }],
    ['after without clock', 'order.place', { by: 'buyer', after: '7 days' }],
    ['after without a unit', 'order.close', { by: 'clock', moves: 'a -> b', after: '7' }],
  ])('refuses %s', (_name, type, options) => {
    expect(() => compiled(type, options)).toThrow(
      expect.objectContaining({ code: 'class-option-invalid', where: 'Given' }),
    );
  });

  it('refuses data on a decision by the clock', () => {
    class Close {
      @IsString() why!: string;
    }
    Decision('order.close', { by: 'clock', moves: 'a -> b', after: '1 day' })(Close);
    expect(() => compileClass(Close)).toThrow(expect.objectContaining({ code: 'class-option-invalid' }));
  });

  it('refuses a class without @Decision', () => {
    class Plain {}
    expect(() => compileClass(Plain)).toThrow(expect.objectContaining({ code: 'class-without-decision' }));
  });
});

it('every code of a class has a page', () => {
  const sources = globSync('*.ts', { cwd: import.meta.dirname }).filter((file) => !/spec|codes/.test(file));
  const used = sources.flatMap(
    (file) => readFileSync(`${import.meta.dirname}/${file}`, 'utf8').match(/'class-[a-z-]+'/g) ?? [],
  );
  const codes = new Set(
    used
      .map((code) => code.slice(1, -1))
      .filter((code) => !code.startsWith('class-transformer') && code !== 'class-validator'),
  );
  expect([...codes].toSorted()).toEqual(Object.keys(CLASS_CODES).toSorted());
});
