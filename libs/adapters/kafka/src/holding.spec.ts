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

describe('a partition that is handed over while its owner is at work on a batch', () => {
  it('is no trouble to anybody any more, whatever becomes of the batch', async () => {
    // given a batch that its owner does not answer
    const told: unknown[] = [];
    const [delivered, answer, resumed] = [
      Promise.withResolvers<void>(),
      Promise.withResolvers<undefined>(),
      Promise.withResolvers<void>(),
    ];
    const handler: IntakeHandler = {
      assigned: async () => 0,
      batch: () => {
        delivered.resolve();
        return answer.promise;
      },
      revoked: async (partition) => void told.push(['revoked', partition]),
      trouble: (error) => void told.push(error),
    };
    const source: HoldingSource = {
      range: async () => ({ first: 0, end: 1 }),
      seek: () => undefined,
      pause: () => undefined,
      resume: resumed.resolve,
      answered: () => undefined,
    };
    const holding = new Holding('shop.decisions', 3, handler, source, 1);
    await resumed.promise;
    const message = { key: null, value: Buffer.from('{}'), headers: {}, timestamp: '0', offset: '0' };
    await holding.take({ fetchedOffset: '0', highWatermark: '1', messages: [message], lastOffset: () => '0' });
    await delivered.promise;
    // when it is refused only after its owner was told that the partition is gone
    await holding.handOver();
    answer.reject(new Error('the partition is given up'));
    await answer.promise.catch(() => undefined);
    await new Promise((resolve) => setImmediate(resolve));
    // then
    expect(told).toEqual([['revoked', 3]]);
  });
});
