import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backOffMs } from './back-off.js';
import { CursorFile, CursorKeeper } from './cursor.js';
import { Gate } from './gate.js';
import { Lifetime } from './lifetime.js';
import { Recent } from './recent.js';

describe('backOffMs', () => {
  it('grows to 2 s, is never before what was asked for', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 0, max: 10_000 }), (attempt, asked) => {
        const wait = backOffMs(attempt, asked);
        return (
          wait >= asked && wait >= Math.min(2_000, 25 * 2 ** (attempt - 1)) / 2 && wait <= Math.max(2_000, asked + 50)
        );
      }),
    );
  });
});

describe('Gate', () => {
  it('lets no more through than its width, and everybody in the end', async () => {
    const gate = new Gate(3);
    let inside = 0;
    let most = 0;
    const done = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        gate
          .run(async () => {
            most = Math.max(most, ++inside);
            await Promise.resolve();
            inside--;
            if (i % 7 === 0) throw new Error('no');
            return i;
          })
          .catch(() => -1),
      ),
    );
    expect(most).toBe(3);
    expect(done).toHaveLength(50);
  });
});

describe('Recent', () => {
  it('forgets what was not written for longest', () => {
    const recent = new Recent<string, number>(2);
    recent.set('a', 1);
    recent.set('b', 2);
    recent.set('a', 3);
    recent.set('c', 4);
    expect([recent.get('a'), recent.get('b'), recent.get('c')]).toEqual([3, undefined, 4]);
  });
});

describe('Lifetime', () => {
  it('wakes those who wait when it is closed, and lets nobody wait after', async () => {
    const lifetime = new Lifetime();
    const waiting = lifetime.sleep(3_600_000);
    lifetime.close();
    await waiting;
    await lifetime.sleep(3_600_000);
    expect(lifetime.closed).toBe(true);
  });
});

describe('CursorKeeper', () => {
  it('saves one at a time, and the latest in the end', async () => {
    const saved: string[] = [];
    const failures: unknown[] = [];
    let saving = 0;
    const store = {
      load: async () => undefined,
      save: async (cursor: string) => {
        expect(++saving).toBe(1);
        await Promise.resolve();
        saving--;
        saved.push(cursor);
      },
    };
    const keeper = new CursorKeeper(store, (error) => void failures.push(error));
    for (let i = 0; i < 100; i++) keeper.reached(String(i));
    await keeper.flush();
    expect(saved.at(-1)).toBe('99');
    expect(saved.length).toBeLessThan(10);
    for (let i = 100; i < 200; i++) {
      keeper.reached(String(i));
      for (let step = 0; step < i % 9; step++) await Promise.resolve();
    }
    await keeper.flush();
    expect(saved.at(-1)).toBe('199');
    expect(failures).toEqual([]);
  });

  it('has nothing to do where the place has not moved', async () => {
    const saved: string[] = [];
    const store = { load: async () => undefined, save: async (cursor: string) => void saved.push(cursor) };
    const keeper = new CursorKeeper(store, () => {});
    keeper.reached('1');
    await keeper.flush();
    keeper.reached('1');
    await keeper.flush();
    expect(saved).toEqual(['1']);
  });

  it('tells when a place cannot be saved, and saves the next', async () => {
    const failures: unknown[] = [];
    let broken = true;
    const saved: string[] = [];
    const store = {
      load: async () => undefined,
      save: async (cursor: string) => {
        if (broken) throw new Error('disk full');
        saved.push(cursor);
      },
    };
    const keeper = new CursorKeeper(store, (error) => void failures.push(error));
    keeper.reached('1');
    await keeper.flush();
    broken = false;
    keeper.reached('2');
    await keeper.flush();
    expect(failures).toHaveLength(1);
    expect(saved).toEqual(['2']);
  });
});

describe('CursorFile', () => {
  it('leaves nothing beside its file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tutti-cursor-'));
    const file = new CursorFile(join(folder, 'a.cursor'));
    expect(await file.load()).toBeUndefined();
    await file.save('one');
    await file.save('two');
    expect(await file.load()).toBe('two');
    expect(await readdir(folder)).toEqual(['a.cursor']);
    expect(await readFile(join(folder, 'a.cursor'), 'utf8')).toBe('{"cursor":"two"}\n');
    await rm(folder, { recursive: true });
  });
});
