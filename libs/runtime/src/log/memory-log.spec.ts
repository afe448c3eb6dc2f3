import { describe, expect, it } from 'vitest';
import { describeLog } from '../conformance/index.js';
import { MemoryBroker } from './memory-log.js';

describeLog('in memory', async () => {
  const broker = new MemoryBroker();
  let topics = 0;
  return {
    open: async () => broker.client(),
    createTopic: async (partitions) => {
      topics += 1;
      broker.createTopic(`topic-${topics}`, partitions);
      return `topic-${topics}`;
    },
    clear: async () => undefined,
  };
});

describe('the log in memory', () => {
  it('stamps records with a time that never goes back', async () => {
    const times = [2_000, 1_000, 3_000];
    const broker = new MemoryBroker(() => times.shift()!);
    broker.createTopic('t', 1);
    const log = broker.client();
    const stamps: (number | undefined)[] = [];
    for (let count = 0; count < 3; count += 1) {
      await log.send('t', 0, [{ key: Buffer.from('k'), value: Buffer.from('v'), headers: {} }]);
      stamps.push((await log.tail('t', 0))?.timestampMs);
    }
    expect(stamps).toEqual([2_000, 2_000, 3_000]);
  });

  it('gives the partitions of a member that vanished to others, though it is still at work', async () => {
    const broker = new MemoryBroker();
    broker.createTopic('t', 1);
    const [cutOff, other] = [broker.client(), broker.client()];
    const [began, resumed, taken] = [0, 1, 2].map(() => Promise.withResolvers<void>());
    const said: string[] = [];
    await cutOff.consume('t', 'g', {
      assigned: async () => undefined,
      batch: async () => {
        began!.resolve();
        await resumed!.promise;
        said.push('the zombie answered');
        return undefined;
      },
      revoked: async () => void said.push('the zombie was told'),
    });
    await other.send('t', 0, [{ key: Buffer.from('k'), value: Buffer.from('v'), headers: {} }]);
    await began!.promise;
    await other.consume('t', 'g', {
      assigned: async () => undefined,
      batch: async () => {
        said.push('the other answered');
        taken!.resolve();
        return undefined;
      },
      revoked: async () => undefined,
    });
    await cutOff.vanish();
    await taken!.promise;
    resumed!.resolve();
    await other.close();
    expect(said).toEqual(['the other answered', 'the zombie answered']);
  });
});
