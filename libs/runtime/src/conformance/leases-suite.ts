import { describe, expect, it } from 'vitest';
import { StoreUnavailableError } from '../ports/errors.js';
import type { Leases } from '../ports/leases.js';
import { roomOf, type Ground } from './ground.js';

const LONG_MS = 3_600_000;

/**
 * What all leases must do (DESIGN §10). Run it on an adapter from its own specs.
 *
 * @param ground makes fresh room; `open` may be called several times on it, and after a close
 */
export function describeLeases(name: string, ground: () => Promise<Ground<Leases>>): void {
  describe(`leases: ${name}`, () => {
    const room = roomOf<Leases, Ground<Leases>>(ground);

    it('go to whoever asks first', async () => {
      const [one, two] = [await room.open(), await room.open()];
      expect(await one.holders()).toEqual({});
      expect(await one.hold('feedback', 'one', LONG_MS)).toBe(true);
      expect(await two.hold('feedback', 'two', LONG_MS)).toBe(false);
      expect(await two.holders()).toEqual({ feedback: 'one' });
    });

    it('go to exactly one of several who ask at once', async () => {
      const clients = await Promise.all([room.open(), room.open()]);
      const owners = Array.from({ length: 8 }, (_, index) => `owner-${index}`);
      const held = await Promise.all(
        owners.map((owner, index) => clients[index % 2]!.hold('feedback', owner, LONG_MS)),
      );
      const winners = owners.filter((_, index) => held[index]);
      expect(winners).toHaveLength(1);
      expect(await clients[0]!.holders()).toEqual({ feedback: winners[0] });
    });

    it('of different names are apart', async () => {
      const leases = await room.open();
      expect(await leases.hold('projection-0', 'one', LONG_MS)).toBe(true);
      expect(await leases.hold('projection-1', 'two', LONG_MS)).toBe(true);
      expect(await leases.holders()).toEqual({ 'projection-0': 'one', 'projection-1': 'two' });
    });

    it('are renewed by their owner, also for a shorter time', async () => {
      const [one, two] = [await room.open(), await room.open()];
      expect(await one.hold('feedback', 'one', LONG_MS)).toBe(true);
      expect(await one.hold('feedback', 'one', LONG_MS)).toBe(true);
      expect(await two.hold('feedback', 'two', LONG_MS)).toBe(false);
      expect(await one.hold('feedback', 'one', 1)).toBe(true);
      await expect.poll(() => two.hold('feedback', 'two', LONG_MS)).toBe(true);
    });

    it('are free once they have run out', async () => {
      const [one, two] = [await room.open(), await room.open()];
      await one.hold('feedback', 'one', 1);
      await expect.poll(() => one.holders()).toEqual({});
      expect(await two.hold('feedback', 'two', LONG_MS)).toBe(true);
      expect(await one.hold('feedback', 'one', LONG_MS)).toBe(false);
      expect(await one.holders()).toEqual({ feedback: 'two' });
    });

    it('are given back by their owner alone', async () => {
      const [one, two] = [await room.open(), await room.open()];
      await one.hold('feedback', 'one', LONG_MS);
      await two.release('feedback', 'two');
      await two.release('unknown', 'two');
      expect(await two.holders()).toEqual({ feedback: 'one' });
      await one.release('feedback', 'one');
      expect(await two.holders()).toEqual({});
      expect(await two.hold('feedback', 'two', LONG_MS)).toBe(true);
    });

    it('outlive the client', async () => {
      const one = await room.open();
      await one.hold('feedback', 'one', LONG_MS);
      await one.close();
      const again = await room.open();
      expect(await again.hold('feedback', 'two', LONG_MS)).toBe(false);
      expect(await again.hold('feedback', 'one', LONG_MS)).toBe(true);
    });

    it('are refused after the close', async () => {
      const leases = await room.open();
      await leases.close();
      await leases.close();
      for (const call of [leases.hold('a', 'b', 1), leases.release('a', 'b'), leases.holders()]) {
        await expect(call).rejects.toBeInstanceOf(StoreUnavailableError);
      }
    });
  });
}
