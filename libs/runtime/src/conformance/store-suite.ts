import { describe, expect, it } from 'vitest';
import { StoreUnavailableError } from '../ports/errors.js';
import type { Checkpoint, StoredSubject, SubjectRow, SubjectStore } from '../ports/store.js';
import { roomOf, type Ground } from './ground.js';

const START: Checkpoint = { revision: 0, term: 1 };

/**
 * What every subject store must do (DESIGN §3.5). Run it on an adapter from its own specs.
 *
 * @param ground makes fresh room; `open` may be called several times on it, and after a close
 */
export function describeSubjectStore(name: string, ground: () => Promise<Ground<SubjectStore>>): void {
  describe(`subject store: ${name}`, () => {
    const room = roomOf<SubjectStore, Ground<SubjectStore>>(ground);

    describe('checkpoint', () => {
      it('is not there at first, and moves with each commit', async () => {
        const store = await room.open();
        expect(await store.checkpoint(0)).toBeUndefined();
        expect(await store.commit(0, undefined, START, [])).toBe(true);
        expect(await store.checkpoint(0)).toEqual(START);
        expect(await store.commit(0, START, { revision: 900, term: 1 }, [row('a')])).toBe(true);
        expect(await store.checkpoint(0)).toEqual({ revision: 900, term: 1 });
      });

      it.each<[string, Checkpoint | undefined, Checkpoint, boolean]>([
        ['an expected revision that is behind', { revision: 4, term: 2 }, { revision: 20, term: 2 }, false],
        ['an expected revision that is ahead', { revision: 12, term: 2 }, { revision: 20, term: 2 }, false],
        ['none expected', undefined, { revision: 20, term: 2 }, false],
        ['a stale term', { revision: 10, term: 1 }, { revision: 20, term: 1 }, false],
        ['the term it has', { revision: 10, term: 2 }, { revision: 20, term: 2 }, true],
        ['a new term', { revision: 10, term: 2 }, { revision: 20, term: 3 }, true],
        ['a new term that knows only the revision', { revision: 10, term: 3 }, { revision: 20, term: 3 }, true],
      ])('at revision 10, term 2, answers a commit with %s', async (_, expected, next, goes) => {
        const store = await room.open();
        await store.commit(0, undefined, { revision: 10, term: 2 }, [row('a', { state: '"old"', dueAtMs: 5 })]);
        const rows = [row('a', { state: '"new"', dueAtMs: null, chunks: [[1, 'new']] }), row('b', { dueAtMs: 7 })];
        expect(await store.commit(0, expected, next, rows)).toBe(goes);
        const state = {
          checkpoint: await store.checkpoint(0),
          ids: await store.ids(0, '', 10),
          due: await store.due(0, 9, 10),
          a: await text(store, 'a'),
        };
        expect(state).toEqual(
          goes
            ? { checkpoint: next, ids: ['a', 'b'], due: [{ id: 'b', dueAtMs: 7 }], a: ['"new"', 'log of a', 'new'] }
            : {
                checkpoint: { revision: 10, term: 2 },
                ids: ['a'],
                due: [{ id: 'a', dueAtMs: 5 }],
                a: ['"old"', 'log of a'],
              },
        );
      });

      it('does not begin where one was expected', async () => {
        const store = await room.open();
        expect(await store.commit(0, START, { revision: 5, term: 1 }, [row('a')])).toBe(false);
        expect(await store.checkpoint(0)).toBeUndefined();
        expect(await store.ids(0, '', 10)).toEqual([]);
      });

      it('lets exactly one of two writers win', async () => {
        const [one, two] = [await room.open(), await room.open()];
        await one.commit(0, undefined, START, []);
        const results = await Promise.all([
          one.commit(0, START, { revision: 5, term: 1 }, [row('a', { state: '"one"' })]),
          two.commit(0, START, { revision: 5, term: 1 }, [row('a', { state: '"two"' })]),
        ]);
        expect(results.filter(Boolean)).toHaveLength(1);
        expect((await text(one, 'a'))?.[0]).toBe(results[0] ? '"one"' : '"two"');
      });
    });

    describe('subjects', () => {
      it('come back in the order asked for, undefined where there is none', async () => {
        const store = await room.open();
        await store.commit(0, undefined, START, [row('a'), row('b'), row('c')]);
        const found = await store.read(0, ['c', 'x', 'a', 'c']);
        expect(found.map((subject) => subject?.id)).toEqual(['c', undefined, 'a', 'c']);
        expect(await store.read(0, [])).toEqual([]);
      });

      it('keep the chunks that a commit does not name, in the order of their numbers', async () => {
        const store = await room.open();
        const twelve = Array.from({ length: 12 }, (_, index): [number, string] => [index, `chunk ${index}`]);
        await store.commit(0, undefined, START, [row('a', { chunks: twelve }), row('none', { chunks: [] })]);
        await store.commit(0, START, { revision: 9, term: 1 }, [
          row('a', {
            state: '"later"',
            chunks: [
              [11, 'chunk 11, longer'],
              [12, 'chunk 12'],
            ],
          }),
          row('none', { chunks: [] }),
        ]);
        const expected = [...twelve.slice(0, 11).map(([, chunk]) => chunk), 'chunk 11, longer', 'chunk 12'];
        expect(await text(store, 'a')).toEqual(['"later"', ...expected]);
        expect(await text(store, 'none')).toEqual(['{}']);
        await store.commit(0, { revision: 9, term: 1 }, { revision: 12, term: 1 }, [
          row('a', { chunks: [[0, 'first anew']] }),
        ]);
        expect(await text(store, 'a')).toEqual(['{}', 'first anew', ...expected.slice(1)]);
      });

      it('keep chunks of any bytes', async () => {
        const store = await room.open();
        const bytes = Uint8Array.from({ length: 512 }, (_, index) => index & 0xff);
        await store.commit(0, undefined, START, [
          {
            id: 'a',
            state: '{}',
            dueAtMs: null,
            chunks: new Map([
              [0, bytes],
              [1, bytes.subarray(3)],
            ]),
          },
        ]);
        const [subject] = await store.read(0, ['a']);
        expect(subject?.chunks.map((chunk) => Buffer.from(chunk).toString('hex'))).toEqual([
          Buffer.from(bytes).toString('hex'),
          Buffer.from(bytes.subarray(3)).toString('hex'),
        ]);
      });

      it('keep ids and states of any script', async () => {
        const store = await room.open();
        const ids = ['A b', 'a', 'Ä', '漢字', '\u{1F600}', "'; DROP TABLE", '%_'].toSorted(byBytes);
        const rows = ids.map((id) => row(id, { state: JSON.stringify({ id, more: '\u0000\u2028"' }) }));
        await store.commit(0, undefined, START, rows);
        const found = await store.read(0, ids);
        expect(found.map((subject) => JSON.parse(subject!.state) as unknown)).toEqual(
          ids.map((id) => ({ id, more: '\u0000\u2028"' })),
        );
      });

      it('of one partition are not those of another', async () => {
        const store = await room.open();
        for (const partition of [0, 1, 31]) {
          await store.commit(partition, undefined, START, [
            row('a', { state: `"of ${partition}"`, dueAtMs: partition }),
          ]);
        }
        for (const partition of [0, 1, 31]) {
          expect((await store.read(partition, ['a']))[0]?.state).toBe(`"of ${partition}"`);
          expect(await store.due(partition, 99, 9)).toEqual([{ id: 'a', dueAtMs: partition }]);
        }
        expect(await store.read(2, ['a'])).toEqual([undefined]);
      });
    });

    it('lists ids in the order of their bytes, page by page', async () => {
      const store = await room.open();
      // In UTF-16 the emoji sorts before the full-width tilde, in UTF-8 behind it.
      const ids = ['B', 'a', 'aa', 'b', 'é', '～', '\u{1F600}'];
      await store.commit(
        0,
        undefined,
        START,
        ids.toSorted(byBytes).map((id) => row(id)),
      );
      const pages: string[][] = [];
      for (let after = ''; ; after = pages.at(-1)!.at(-1)!) {
        const page = await store.ids(0, after, 3);
        if (page.length === 0) break;
        pages.push(page);
      }
      expect(pages).toEqual([['B', 'a', 'aa'], ['b', 'é', '～'], ['\u{1F600}']]);
    });

    it('lists what is due, by deadline, then by the bytes of the id', async () => {
      const store = await room.open();
      const at = { c: 100, a: 200, '\u{1F600}': 150, '～': 150, b: 201, never: null } as Record<string, number | null>;
      const ids = Object.keys(at).toSorted(byBytes);
      await store.commit(
        0,
        undefined,
        START,
        ids.map((id) => row(id, { dueAtMs: at[id]! })),
      );
      const due = [
        { id: 'c', dueAtMs: 100 },
        { id: '～', dueAtMs: 150 },
        { id: '\u{1F600}', dueAtMs: 150 },
        { id: 'a', dueAtMs: 200 },
      ];
      expect(await store.due(0, 99, 10)).toEqual([]);
      expect(await store.due(0, 200, 10)).toEqual(due);
      expect(await store.due(0, 200, 2)).toEqual(due.slice(0, 2));
      await store.commit(0, START, { revision: 3, term: 1 }, [
        row('a', { dueAtMs: null }),
        row('c', { dueAtMs: 4_102_444_800_000 }),
      ]);
      expect(await store.due(0, 1_000, 10)).toEqual([...due.slice(1, 3), { id: 'b', dueAtMs: 201 }]);
      expect(await store.due(0, 4_102_444_800_000, 10)).toHaveLength(4);
    });

    it('forgets one partition when told to, and begins it anew', async () => {
      const store = await room.open();
      for (const partition of [0, 1]) {
        await store.commit(partition, undefined, START, [
          row('a', {
            dueAtMs: 1,
            chunks: [
              [0, 'x'],
              [1, 'y'],
            ],
          }),
        ]);
      }
      await store.discard(0);
      await store.discard(7);
      expect(await store.checkpoint(0)).toBeUndefined();
      expect([await store.read(0, ['a']), await store.due(0, 9, 9), await store.ids(0, '', 9)]).toEqual([
        [undefined],
        [],
        [],
      ]);
      expect(await store.checkpoint(1)).toEqual(START);
      expect(await store.commit(0, undefined, START, [row('a', { chunks: [[0, 'z']] })])).toBe(true);
      expect(await text(store, 'a')).toEqual(['{}', 'z']);
    });

    it('takes tens of thousands of rows in one commit', async () => {
      const store = await room.open();
      const ids = Array.from({ length: 20_000 }, (_, index) => `subject-${String(index).padStart(6, '0')}`);
      await store.commit(
        0,
        undefined,
        START,
        ids.map((id, index) => row(id, { state: `${index}`, dueAtMs: index })),
      );
      await store.commit(
        0,
        START,
        { revision: 40_000, term: 1 },
        ids.map((id, index) => row(id, { state: `${index * 2}`, chunks: [[1, id]] })),
      );
      const some = ids.filter((_, index) => index % 997 === 0);
      const found = await store.read(0, some);
      expect(found.map(texts)).toEqual(some.map((id) => [`${ids.indexOf(id) * 2}`, `log of ${id}`, id]));
      expect(await store.ids(0, ids[19_990]!, 100)).toEqual(ids.slice(19_991));
      expect(await store.due(0, 1e12, 10)).toEqual([]);
    });

    it('keeps what was committed for whoever opens it again', async () => {
      const store = await room.open();
      await store.commit(0, undefined, START, [
        row('a', {
          state: '"kept"',
          chunks: [
            [0, 'x'],
            [1, 'y'],
          ],
        }),
      ]);
      await store.close();
      const again = await room.open();
      expect(await again.checkpoint(0)).toEqual(START);
      expect(await text(again, 'a')).toEqual(['"kept"', 'x', 'y']);
    });

    it('refuses what comes after it was closed', async () => {
      const store = await room.open();
      await store.close();
      await store.close();
      for (const call of [store.checkpoint(0), store.read(0, ['a']), store.commit(0, undefined, START, [])]) {
        await expect(call).rejects.toBeInstanceOf(StoreUnavailableError);
      }
    });
  });
}

function row(
  id: string,
  rest: { state?: string; dueAtMs?: number | null; chunks?: readonly [number, string][] } = {},
): SubjectRow {
  const chunks = rest.chunks ?? [[0, `log of ${id}`]];
  return {
    id,
    state: rest.state ?? '{}',
    dueAtMs: rest.dueAtMs ?? null,
    chunks: new Map(chunks.map(([number, chunk]) => [number, Buffer.from(chunk)])),
  };
}

/** State and chunks of a subject of partition 0 as texts. */
async function text(store: SubjectStore, id: string): Promise<string[] | undefined> {
  return texts((await store.read(0, [id]))[0]);
}

function texts(subject: StoredSubject | undefined): string[] | undefined {
  return subject && [subject.state].concat(subject.chunks.map((chunk) => Buffer.from(chunk).toString('utf8')));
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
