import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FaultyJournal } from '../fixture/faults.js';
import { SampleStream } from '../fixture/verdict-stream.js';
import { MemoryJournal, MemoryStreams } from '../journal/memory-journal.js';
import { JournalUnavailableError } from '../ports/errors.js';
import { Problems } from '../problems/problems.js';
import { AT_END, StreamTail } from './stream-tail.js';

let streams: MemoryStreams;
let journal: FaultyJournal;
let stream: SampleStream;
let problems: Problems;
let tail: StreamTail;
let seen: (number | typeof AT_END)[];
let reading: Promise<void>;

beforeEach(() => {
  streams = new MemoryStreams();
  journal = new FaultyJournal(new MemoryJournal(streams));
  stream = new SampleStream(new MemoryJournal(streams));
  problems = new Problems(Date.now);
  seen = [];
});
afterEach(async () => {
  tail.stop();
  await reading;
});

function follow(from: number, options: { pageBlocks?: number; lookEveryMs?: number } = {}): void {
  tail = new StreamTail({ journal, stream: 'verdicts-0', problems, owner: 'spec', ...options });
  reading = (async () => {
    for await (const block of tail.from(from)) {
      if (block === AT_END) seen.push(AT_END);
      else seen.push(...block.records.map(({ revision }) => revision));
    }
  })();
}

const revisions = () => seen.filter((one) => one !== AT_END);

describe('following a stream', () => {
  it('reads what there is from the middle of a block on, page by page, then what comes', async () => {
    await stream.append({ id: 'a' }, { id: 'b' });
    for (const id of ['c', 'd', 'e']) await stream.append({ id });
    follow(2, { pageBlocks: 2 });
    await vi.waitUntil(() => seen.at(-1) === AT_END);
    expect(revisions()).toEqual([2, 3, 4, 5, 6, 7, 8]);
    await stream.append({ id: 'f' });
    await vi.waitUntil(() => revisions().length === 9);
    expect(revisions().slice(-2)).toEqual([9, 10]);
  });

  it('begins before there is a stream', async () => {
    follow(0);
    await vi.waitUntil(() => seen.length > 0);
    expect(seen).toEqual([AT_END]);
    await stream.append({ id: 'a' });
    await vi.waitUntil(() => revisions().length === 2);
  });

  it('looks by itself where the hint is lost', async () => {
    journal.follow = () => () => undefined;
    follow(0, { lookEveryMs: 5 });
    await vi.waitUntil(() => seen.length > 0);
    await stream.append({ id: 'a' });
    await vi.waitUntil(() => revisions().length === 2);
  });

  it('outlasts a journal that is away, and says so meanwhile', async () => {
    await stream.append({ id: 'a' });
    let failures = 2;
    const read = journal.below.read.bind(journal.below);
    vi.spyOn(journal, 'read').mockImplementation((...asked) =>
      failures-- > 0 ? Promise.reject(new JournalUnavailableError('away')) : read(...asked),
    );
    follow(0);
    await vi.waitUntil(() => problems.list().length > 0);
    expect(problems.list()).toMatchObject([{ code: 'journal-unavailable' }]);
    await vi.waitUntil(() => revisions().length === 2);
    expect(problems.list()).toEqual([]);
  });

  it('hands out nothing of a stream with a gap, or whose terms fall', async () => {
    await stream.append({ id: 'a' });
    await stream.append({ id: 'b' });
    await stream.append({ id: 'c' });
    streams.blocks.get('verdicts-0')!.splice(1, 1);
    follow(0);
    await vi.waitUntil(() => problems.list().length > 0);
    expect(problems.list()).toMatchObject([{ code: 'journal-corrupt' }]);
    expect(revisions()).toEqual([]);
    tail.stop();
    await reading;
    streams.blocks.set('verdicts-0', []);
    stream = new SampleStream(new MemoryJournal(streams));
    await stream.append({ id: 'a' });
    stream.term = 0;
    await stream.append({ id: 'b' });
    follow(0);
    await vi.waitUntil(() => problems.list().some(({ detail }) => detail.includes('term 0 after 1')));
  });

  it('ends where it is told to, also while it waits', async () => {
    follow(0);
    await vi.waitUntil(() => seen.length > 0);
    tail.stop();
    await reading;
    await stream.append({ id: 'a' });
    expect(revisions()).toEqual([]);
  });
});
