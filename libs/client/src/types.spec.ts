import { describe, expectTypeOf, it } from 'vitest';
import type { Accepted, Rejected, Tutti, Verdict } from './index.js';

/** As `tutti types` writes it. */
interface Marketplace {
  model: 'marketplace';
  decisions: {
    'order.place': { seller: string; total: number; category: 'electronics' | 'books' | 'home'; note?: string };
    'order.ship': { carrier: string; tracking: string };
    'ack.promise': { revision: number };
  };
  deadlines: { 'order.close': Record<string, never> };
  subjects: {
    order: {
      state: 'placed' | 'shipped' | 'cancelled';
      parties: { buyer: string; seller: string };
      keeps: { total: number };
    };
  };
  policies: { promise: { least: number }; fees: { referral: number; late: number } };
}

declare const tutti: Tutti<Marketplace>;
declare const untyped: Tutti;

describe('types', () => {
  it('knows data, states and kept fields of a model', () => {
    const ship = () =>
      tutti.decide({ type: 'order.ship', subject: 'order-17', data: { carrier: 'carrier-1', tracking: 'TK-9' } });
    type Shipped = Awaited<ReturnType<typeof ship>>;
    expectTypeOf<Shipped>().toEqualTypeOf<Verdict<Marketplace, 'order'>>();
    expectTypeOf<NonNullable<Shipped['subject']>['state']>().toEqualTypeOf<
      'placed' | 'shipped' | 'cancelled' | 'new'
    >();
    expectTypeOf<NonNullable<Shipped['subject']>['keeps']>().toEqualTypeOf<{ total?: number }>();
    expectTypeOf<NonNullable<Shipped['subject']>['parties']['seller']>().toEqualTypeOf<string | undefined>();
    const fees = () => tutti.policy('fees').parameters;
    expectTypeOf<ReturnType<typeof fees>>().toEqualTypeOf<Readonly<{ referral: number; late: number }>>();
  });

  it('refuses what the model does not have', () => {
    // @ts-expect-error tracking is missing
    void (() => tutti.decide({ type: 'order.ship', subject: 'order-17', data: { carrier: 'carrier-1' } }));
    // @ts-expect-error there is no such type
    void (() => tutti.decide({ type: 'order.shop', subject: 'order-17', data: {} }));
    // @ts-expect-error data of another type
    void (() => tutti.publish({ type: 'order.place', subject: 'o', data: { carrier: 'c', tracking: 't' } }));
    // @ts-expect-error only the clock decides it
    void (() => tutti.decide({ type: 'order.close', subject: 'order-17', data: {} }));
    // @ts-expect-error there is no such policy
    void (() => tutti.policy('promises'));
    // @ts-expect-error there is no such type to follow
    void (() => tutti.onVerdict({ types: ['order.shop'] }, () => {}));
    void (() =>
      // @ts-expect-error each decision has the data of its own type
      tutti.decideMany([{ type: 'order.ship', subject: 'o', data: { revision: 1 } }]));
  });

  it('tells accepted from rejected', () => {
    const read = (verdict: Verdict<Marketplace, 'order'>): string => {
      if (verdict.accepted) {
        expectTypeOf(verdict).toEqualTypeOf<Accepted<Marketplace, 'order'>>();
        return verdict.subject!.state;
      }
      expectTypeOf(verdict).toEqualTypeOf<Rejected<Marketplace, 'order'>>();
      return verdict.reasons[0].code;
    };
    expectTypeOf(read).returns.toBeString();
  });

  it('takes anything where no model is given', () => {
    const decide = () => untyped.decide({ type: 'any.thing', subject: 'x', data: { a: [1, null] } });
    type Decided = NonNullable<Awaited<ReturnType<typeof decide>>['subject']>;
    expectTypeOf<Decided['state']>().toBeString();
    expectTypeOf<Decided['keeps']['total']>().not.toBeAny();
    const policy = () => untyped.policy('fees').parameters['referral'];
    expectTypeOf(policy).returns.toBeNumber();
  });

  it('types what is followed, and what is sent in batches', () => {
    void (() =>
      tutti.onVerdict({ types: ['order.ship', 'order.close'], accepted: true }, (verdict) => {
        expectTypeOf(verdict).toEqualTypeOf<Verdict<Marketplace, 'order'>>();
      }));
    void (async () => {
      for await (const { decision, verdict } of tutti.decideMany([
        { type: 'order.ship', subject: 'o', data: { carrier: 'c', tracking: 't' } },
        { type: 'ack.promise', subject: 'o', data: { revision: 1 } },
      ])) {
        expectTypeOf(decision.subject).toBeString();
        expectTypeOf(verdict.position).toBeString();
      }
    });
  });
});
