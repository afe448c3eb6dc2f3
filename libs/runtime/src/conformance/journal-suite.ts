import { describe, expect, it } from 'vitest';
import { JournalReader, makeBlock, MAX_BLOCK_RECORDS } from '../journal/index.js';
import { JournalUnavailableError, RevisionConflictError } from '../ports/errors.js';
import type { Block, Journal } from '../ports/journal.js';
import { roomOf, type Ground } from './ground.js';
import { noise, sampleBlock } from './samples.js';

/**
 * What every journal must do (DESIGN §3). Run it on an adapter from its own specs.
 *
 * @param ground makes fresh room; `open` may be called several times on it, and after a close
 */
export function describeJournal(name: string, ground: () => Promise<Ground<Journal>>): void {
  describe(`journal: ${name}`, () => {
    const room = roomOf<Journal, Ground<Journal>>(ground);

    it('holds nothing at first', async () => {
      const journal = await room.open();
      expect(await journal.read('verdicts-0', 0)).toEqual([]);
      expect(await journal.last('verdicts-0')).toBeUndefined();
      expect(await journal.streams()).toEqual([]);
    });

    it('gives back what was appended, byte for byte', async () => {
      const journal = await room.open();
      const claim = sampleBlock('verdicts-0', 0, 0);
      const block = sampleBlock('verdicts-0', 1, 3);
      await journal.append('verdicts-0', claim);
      await journal.append('verdicts-0', block);
      expect(plain(await journal.read('verdicts-0', 0))).toEqual(plain([claim, block]));
      expect(plain([(await journal.last('verdicts-0'))!])).toEqual(plain([block]));
    });

    describe('expected revision', () => {
      it.each([
        ['a new stream from another revision than 0', 4, 0],
        ['after the end', 4, 3],
      ])('refuses a block for %s', async (_, first, end) => {
        const journal = await room.open();
        if (end > 0) await journal.append('control', sampleBlock('control', 0, end - 1));
        const failure = await caught(journal.append('control', sampleBlock('control', first)));
        expect(failure).toBeInstanceOf(RevisionConflictError);
        expect(failure).toMatchObject({ code: 'revision-conflict', stream: 'control', expected: first, actual: end });
        expect(await journal.read('control', end)).toEqual([]);
      });

      it('refuses another block where one is, and keeps the first', async () => {
        const journal = await room.open();
        const first = sampleBlock('control', 0, 1, 'first');
        await journal.append('control', first);
        const failure = await caught(journal.append('control', sampleBlock('control', 0, 1, 'second')));
        expect(failure).toMatchObject({ code: 'revision-conflict', actual: 2 });
        expect(plain(await journal.read('control', 0))).toEqual(plain([first]));
      });

      it('refuses a block that begins inside another', async () => {
        const journal = await room.open();
        await journal.append('control', sampleBlock('control', 0, 5));
        expect(await caught(journal.append('control', sampleBlock('control', 3)))).toMatchObject({ actual: 6 });
      });

      it('lets exactly one of several appenders win', async () => {
        const clients = await Promise.all([room.open(), room.open()]);
        const blocks = Array.from({ length: 8 }, (_, index) => sampleBlock('control', 0, 1, `of ${index}`, index + 1));
        const results = await Promise.allSettled(
          blocks.map((block, index) => clients[index % 2]!.append('control', block)),
        );
        const won = blocks.filter((_, index) => results[index]!.status === 'fulfilled');
        expect(won).toHaveLength(1);
        for (const result of results) {
          if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(RevisionConflictError);
        }
        expect(plain(await clients[0]!.read('control', 0))).toEqual(plain(won));
      });

      it('fences an owner whose successor has claimed', async () => {
        const [old, young] = [await room.open(), await room.open()];
        await old.append('verdicts-0', sampleBlock('verdicts-0', 0, 0, '', 1));
        await young.append('verdicts-0', sampleBlock('verdicts-0', 1, 0, '', 2));
        const failure = await caught(old.append('verdicts-0', sampleBlock('verdicts-0', 1, 2, '', 1)));
        expect(failure).toMatchObject({ code: 'revision-conflict', actual: 2 });
        expect((await old.last('verdicts-0'))?.term).toBe(2);
      });
    });

    describe('idempotency', () => {
      it('takes the same block again, also after others and by another client', async () => {
        const journal = await room.open();
        const blocks = [sampleBlock('control', 0, 1), sampleBlock('control', 2, 2), sampleBlock('control', 5, 1)];
        for (const block of blocks) await journal.append('control', block);
        const other = await room.open();
        for (const block of blocks) await other.append('control', block);
        await Promise.all([journal.append('control', blocks[2]!), other.append('control', blocks[2]!)]);
        expect(plain(await other.read('control', 0))).toEqual(plain(blocks));
      });

      it('takes the same block twice at once, and keeps it once', async () => {
        const journal = await room.open();
        const block = sampleBlock('control', 0, 1);
        await Promise.all([journal.append('control', block), journal.append('control', block)]);
        expect(await journal.read('control', 0)).toHaveLength(1);
      });
    });

    describe('many appends at once', () => {
      it('keeps the order of the calls', async () => {
        const journal = await room.open();
        const blocks = Array.from({ length: 20 }, (_, index) => sampleBlock('control', index * 3, 2));
        await Promise.all(blocks.map((block) => journal.append('control', block)));
        expect(plain(await journal.read('control', 0))).toEqual(plain(blocks));
      });

      it('fails only what conflicts', async () => {
        const journal = await room.open();
        const results = await Promise.allSettled([
          journal.append('verdicts-0', sampleBlock('verdicts-0', 0)),
          journal.append('verdicts-1', sampleBlock('verdicts-1', 9)),
          journal.append('verdicts-2', sampleBlock('verdicts-2', 0)),
        ]);
        expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
        expect(await journal.streams()).toEqual(['verdicts-0', 'verdicts-2']);
      });

      it('keeps many streams apart', async () => {
        const journal = await room.open();
        const names = Array.from({ length: 40 }, (_, index) => `verdicts-${index}`);
        await Promise.all(names.map((stream) => journal.append(stream, sampleBlock(stream, 0, 1, stream))));
        await Promise.all(names.map((stream) => journal.append(stream, sampleBlock(stream, 2, 1, stream))));
        const sorted = names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
        expect(await journal.streams()).toEqual(sorted);
        for (const stream of names) {
          const blocks = await journal.read(stream, 0);
          expect(plain(blocks)).toEqual(plain([sampleBlock(stream, 0, 1, stream), sampleBlock(stream, 2, 1, stream)]));
        }
      });
    });

    describe('reading', () => {
      const sizes = [0, 2, 0, 7, 1, 30, 3];

      async function filled(): Promise<{ journal: Journal; blocks: Block[]; end: number }> {
        const journal = await room.open();
        const blocks: Block[] = [];
        let end = 0;
        for (const size of sizes) {
          const block = sampleBlock('verdicts-0', end, size);
          await journal.append('verdicts-0', block);
          blocks.push(block);
          end += block.count;
        }
        return { journal, blocks, end };
      }

      it('begins with the block that holds the revision, wherever it lies in it', async () => {
        const { journal, blocks, end } = await filled();
        for (let from = 0; from < end; from += 1) {
          const expected = blocks.filter(({ first, count }) => first + count > from);
          expect(plain(await journal.read('verdicts-0', from))).toEqual(plain(expected));
        }
      });

      it('is empty at the end and beyond', async () => {
        const { journal, end } = await filled();
        expect(await journal.read('verdicts-0', end)).toEqual([]);
        expect(await journal.read('verdicts-0', end + 100)).toEqual([]);
      });

      it('gives at most as many blocks as asked for, 64 unasked', async () => {
        const { journal, blocks } = await filled();
        expect(plain(await journal.read('verdicts-0', 1, 2))).toEqual(plain(blocks.slice(1, 3)));
        for (let index = 0; index < 70; index += 1) await journal.append('control', sampleBlock('control', index, 0));
        expect(await journal.read('control', 0)).toHaveLength(64);
      });

      it('numbers every record once, page by page, from any revision', async () => {
        const { journal, end } = await filled();
        for (const from of [0, 1, 4, 5, 12, end - 1]) {
          const revisions: number[] = [];
          for await (const { revision } of new JournalReader(journal, 'verdicts-0', 2).records(from)) {
            revisions.push(revision);
          }
          expect(revisions).toEqual(Array.from({ length: end - from }, (_, index) => from + index));
        }
      });
    });

    describe('what is in the lines', () => {
      it('does not matter: any script, line separators, escapes', async () => {
        const journal = await room.open();
        const text = 'Größe 漢字 \u{1F600} \u2028 \uFEFF \u0000 "\\" \r\n';
        const lines = [JSON.stringify({ kind: 'sample', text }), `{"kind":"sample" , "kept":"as \\u0041 is" }`];
        const block = makeBlock({ stream: 's', first: 0, term: 1, next: 7, atMs: 0, engine: 'ü', lines });
        await journal.append('s', block);
        expect(plain(await journal.read('s', 0))).toEqual(plain([block]));
      });

      it('may be as much as a block holds, compressible or not', async () => {
        const journal = await room.open();
        const many = sampleBlock('s', 0, MAX_BLOCK_RECORDS - 1);
        const line = JSON.stringify({ kind: 'sample', noise: noise(700_000) });
        const large = makeBlock({
          stream: 's',
          first: many.count,
          term: 1,
          next: null,
          atMs: 0,
          engine: 'e',
          lines: [line],
        });
        await journal.append('s', many);
        await journal.append('s', large);
        expect(plain(await journal.read('s', 0))).toEqual(plain([many, large]));
      });
    });

    describe('following', () => {
      it('wakes after an append, by whichever client', async () => {
        const [journal, other] = [await room.open(), await room.open()];
        for (const [first, appender] of [
          [0, journal],
          [2, other],
        ] as const) {
          const woken = Promise.withResolvers<void>();
          const stop = journal.follow('verdicts-0', woken.resolve);
          await appender.append('verdicts-0', sampleBlock('verdicts-0', first));
          await woken.promise;
          stop();
          expect(await journal.read('verdicts-0', first)).toHaveLength(1);
        }
      });

      it('wakes each follower until it stops', async () => {
        const journal = await room.open();
        let stopped = 0;
        const stop = journal.follow('verdicts-0', () => (stopped += 1));
        stop();
        stop();
        const woken = Promise.withResolvers<void>();
        journal.follow('verdicts-0', woken.resolve);
        await journal.append('verdicts-0', sampleBlock('verdicts-0', 0));
        await woken.promise;
        expect(stopped).toBe(0);
      });
    });

    describe('closing', () => {
      it('keeps what was acknowledged for whoever opens it again', async () => {
        const journal = await room.open();
        const blocks = [sampleBlock('verdicts-0', 0, 0), sampleBlock('verdicts-0', 1, 500)];
        for (const block of blocks) await journal.append('verdicts-0', block);
        await journal.close();
        const again = await room.open();
        expect(plain(await again.read('verdicts-0', 0))).toEqual(plain(blocks));
        await again.append('verdicts-0', blocks[1]!);
        await again.append('verdicts-0', sampleBlock('verdicts-0', 502));
        expect(await again.read('verdicts-0', 0)).toHaveLength(3);
      });

      it('ends what was begun, and refuses what comes after', async () => {
        const journal = await room.open();
        const begun = journal.append('verdicts-0', sampleBlock('verdicts-0', 0));
        await journal.close();
        await begun;
        const refused = [
          journal.append('verdicts-0', sampleBlock('verdicts-0', 2)),
          journal.read('verdicts-0', 0),
          journal.last('verdicts-0'),
          journal.streams(),
        ];
        for (const call of refused) expect(await caught(call)).toBeInstanceOf(JournalUnavailableError);
        await journal.close();
        expect(await (await room.open()).read('verdicts-0', 0)).toHaveLength(1);
      });
    });
  });
}

/** Blocks in a form that compares by value, whichever kind of byte array they hold. */
function plain(blocks: readonly Block[]): object[] {
  return blocks.map(({ first, count, term, id, bytes }) => ({
    first,
    count,
    term,
    id,
    text: Buffer.from(bytes).toString('latin1'),
  }));
}

async function caught(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
  } catch (error) {
    return error;
  }
  throw new Error('it was not refused');
}
