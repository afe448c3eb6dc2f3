import { describe, expect, it } from 'vitest';
import { fitting, recordBytes } from './chunk.js';
import { SendLane } from './send-lane.js';

const record = (value: string): { key: Buffer; value: Buffer; headers: Record<string, Buffer> } => ({
  key: Buffer.from('k'),
  value: Buffer.from(value),
  headers: {},
});
const one = recordBytes(record('x'.repeat(100)));
const hundred = (): ReturnType<typeof record> => record('x'.repeat(100));

/** A partition in memory, which takes so many bytes at a time and fails as it is told. */
function partition(bytesMax = Infinity, failures: Error[] = []) {
  const values: string[] = [];
  const batches: number[] = [];
  let atOnce = 0;
  const produce = async (records: readonly ReturnType<typeof record>[]): Promise<number> => {
    atOnce += 1;
    expect(atOnce).toBe(1);
    await new Promise(setImmediate);
    atOnce -= 1;
    const failure = failures.shift();
    if (failure !== undefined) throw failure;
    if (records.reduce((sum, each) => sum + recordBytes(each), 0) > bytesMax) {
      throw Object.assign(new Error('too much'), { type: 'MESSAGE_TOO_LARGE' });
    }
    const base = values.length;
    batches.push(records.length);
    values.push(...records.map(({ value }) => value.toString()));
    return base;
  };
  return { values, batches, produce };
}

const lane = (
  produce: ReturnType<typeof partition>['produce'],
  batchBytesMax = 10 * one,
  timeoutMs = 10_000,
): SendLane => new SendLane({ topic: 't', partition: 0, batchBytesMax, timeoutMs, produce });

describe('chunks', () => {
  it('take what fits, at least one record, from where they begin', () => {
    const records = Array.from({ length: 5 }, hundred);
    expect(fitting(records, 0, 3 * one)).toEqual({ count: 3, bytes: 3 * one });
    expect(fitting(records, 3, 3 * one)).toEqual({ count: 2, bytes: 2 * one });
    expect(fitting(records, 0, 1)).toEqual({ count: 1, bytes: one });
  });

  it('count headers, at most what their names may take in UTF-8', () => {
    const headers = { ce_id: Buffer.alloc(7) };
    expect(recordBytes({ key: Buffer.alloc(1), value: Buffer.alloc(2), headers })).toBeGreaterThan(1 + 2 + 5 + 7);
  });
});

describe('a lane', () => {
  it('sends what is asked at once together, up to the limit, and answers each with its own offsets', async () => {
    const to = partition();
    const sending = lane(to.produce);
    const [a, b, none, c] = await Promise.all([
      sending.send([record('1'), record('2')]),
      sending.send([record('3')]),
      sending.send([]),
      sending.send(Array.from({ length: 25 }, hundred)),
    ]);
    expect([a, b, none, c[0], c.at(-1)]).toEqual([[0, 1], [2], [], 3, 27]);
    expect(to.values.slice(0, 3)).toEqual(['1', '2', '3']);
    expect(Math.max(...to.batches)).toBeLessThanOrEqual(14);
    expect(to.batches.length).toBe(3);
  });

  it('sends again what failed, in the same order', async () => {
    const to = partition(Infinity, [new Error('connection lost'), new Error('again')]);
    const sending = lane(to.produce);
    expect(await Promise.all([sending.send([record('1')]), sending.send([record('2')])])).toEqual([[0], [1]]);
    expect(to.values).toEqual(['1', '2']);
  });

  it('halves what is too much until it is taken, and remembers', async () => {
    const to = partition(3 * one);
    const sending = lane(to.produce);
    await sending.send(Array.from({ length: 12 }, hundred));
    await sending.send(Array.from({ length: 4 }, hundred));
    expect(to.values).toHaveLength(16);
    expect(Math.max(...to.batches)).toBeLessThanOrEqual(3);
  });

  it('refuses one record that is too large on its own, and goes on', async () => {
    const to = partition(2 * one);
    const sending = lane(to.produce);
    const large = sending.send([record('x'.repeat(1_000))]);
    const next = sending.send([record('next')]);
    await expect(large).rejects.toMatchObject({ code: 'too-large' });
    expect(await next).toEqual([0]);
  });

  it('fails all that waits when the first one fails for good, so that nothing overtakes', async () => {
    const to = partition(Infinity, [Object.assign(new Error('no'), { type: 'TOPIC_AUTHORIZATION_FAILED' })]);
    const sending = lane(to.produce, one);
    const asked = [1, 2, 3].map((value) => sending.send([record(`${value}`)]));
    for (const outcome of await Promise.allSettled(asked)) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'log-refused', retryable: false } });
    }
    expect(to.values).toEqual([]);
    expect(await sending.send([record('4')])).toEqual([0]);
  });

  it('says that its time is up', async () => {
    const sending = lane(() => Promise.reject(new Error('away')), one, 0);
    await expect(sending.send([record('1')])).rejects.toMatchObject({ code: 'log-unavailable', retryable: true });
  });

  it('closes after the batch under way; what waits fails', async () => {
    const to = partition();
    const sending = lane(to.produce, one);
    const first = sending.send([hundred()]);
    await Promise.resolve();
    await Promise.resolve();
    const second = sending.send([hundred()]);
    const closed = sending.close();
    expect(await first).toEqual([0]);
    await expect(second).rejects.toMatchObject({ code: 'log-unavailable' });
    await closed;
  });
});
