import type { IntakeHandler } from '@tutti/runtime';
import { describe, expect, it } from 'vitest';
import { Holding, type HoldingSource } from './holding.js';

const ended = (): never => {
  throw new Error('Consumer group was not initialized, consumer#run must be called first');
};

describe('a partition whose consumer has ended', () => {
  it('is handed over in order, also where its owner has only then said where to start', async () => {
    // given an owner that takes its time
    const claimed = Promise.withResolvers<number>();
    const told: unknown[] = [];
    const handler: IntakeHandler = {
      assigned: () => claimed.promise,
      batch: async () => undefined,
      revoked: async (partition) => void told.push(['revoked', partition]),
      trouble: (error) => void told.push(error),
    };
    const asked = Promise.withResolvers<void>();
    const source: HoldingSource = {
      range: async () => {
        setImmediate(asked.resolve);
        return { first: 0, end: 9 };
      },
      seek: ended,
      pause: ended,
      resume: ended,
      answered: () => undefined,
    };
    const holding = new Holding('shop.decisions', 3, handler, source, 1_000);
    // when the consumer is gone by the time the owner answers
    claimed.resolve(7);
    await asked.promise;
    // then
    await holding.handOver();
    expect(told).toEqual([['revoked', 3]]);
  });
});
