import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { SubjectRow } from '@tutti/runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SqliteSubjectStore } from './index.js';

let folder: string;
let store: SqliteSubjectStore;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tutti-store-'));
  store = SqliteSubjectStore.open(join(folder, 'store.sqlite'));
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

describe('a large commit', () => {
  const before = { revision: 1, term: 1 };
  const after = { revision: 9_000, term: 1 };

  it('lets others have their turn, who see what was there before it', async () => {
    await store.commit(0, undefined, before, rows('"before"'));
    let done = false;
    const commit = store.commit(0, before, after, rows('"after"')).finally(() => (done = true));
    let turns = 0;
    for (;;) {
      await setImmediate();
      const found = await store.read(0, ['id-00000', 'id-08999']);
      const checkpoint = await store.checkpoint(0);
      if (done) break;
      turns += 1;
      const states = found.map((subject) => subject?.state);
      expect([states, checkpoint]).toEqual(
        checkpoint?.revision === 1 ? [['"before"', '"before"'], before] : [['"after"', '"after"'], after],
      );
    }
    expect(turns).toBeGreaterThan(10);
    expect(await commit).toBe(true);
    expect((await store.read(0, ['id-08999']))[0]?.state).toBe('"after"');
  });

  it('is ended before the next one begins, and before the store closes', async () => {
    const results = [
      store.commit(0, undefined, before, rows('"one"')),
      store.commit(0, before, after, rows('"two"')),
      store.commit(1, undefined, before, rows('"three"')),
      store.commit(0, before, after, rows('"stale"')),
      store.close(),
    ];
    expect(await Promise.all(results)).toEqual([true, true, true, false, undefined]);
    store = SqliteSubjectStore.open(join(folder, 'store.sqlite'));
    expect((await store.read(0, ['id-04000']))[0]?.state).toBe('"two"');
    expect(await store.checkpoint(1)).toEqual(before);
  });

  it('that fails leaves nothing, and does not keep the next from going', async () => {
    const broken = [...rows('"broken"'), { ...rows('')[0]!, id: undefined as unknown as string }];
    await expect(store.commit(0, undefined, before, broken)).rejects.toThrow(TypeError);
    expect(await store.ids(0, '', 1)).toEqual([]);
    expect(await store.commit(0, undefined, before, rows('"whole"'))).toBe(true);
  });
});

function rows(state: string): SubjectRow[] {
  return Array.from({ length: 9_000 }, (_, index) => ({
    id: `id-${String(index).padStart(5, '0')}`,
    state,
    dueAtMs: null,
    chunks: new Map(),
  }));
}
