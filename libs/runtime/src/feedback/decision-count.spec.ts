import { afterEach, expect, it, vi } from 'vitest';
import { FaultyJournal } from '../fixture/faults.js';
import { SampleStream } from '../fixture/verdict-stream.js';
import { MemoryJournal, MemoryStreams } from '../journal/memory-journal.js';
import { JournalUnavailableError } from '../ports/errors.js';
import { Problems } from '../problems/problems.js';
import { DecisionCount } from './decision-count.js';

let count: DecisionCount | undefined;
afterEach(() => count?.stop());

it('counts what is answered from now on: verdicts and duplicates, no headers, no barriers', async () => {
  const streams = new MemoryStreams();
  const stream = new SampleStream(new MemoryJournal(streams));
  await stream.append({ barrier: 1 }, { id: 'before' });
  const journal = new FaultyJournal(new MemoryJournal(streams));
  const problems = new Problems(Date.now);
  const heard: number[] = [];
  count = new DecisionCount(journal, 0, problems, (decisions) => heard.push(decisions));
  const total = (): number => heard.reduce((sum, one) => sum + one, 0);
  await stream.append({ id: 'a' }, { barrier: 2 }, { duplicate: 2, offset: 7 });
  await stream.append();
  await vi.waitUntil(() => total() > 0);
  vi.spyOn(journal, 'last').mockRejectedValueOnce(new JournalUnavailableError('away'));
  await stream.append({ barrier: 3 });
  await vi.waitUntil(() => problems.list().length > 0);
  await stream.append({ barrier: 4 }, { id: 'b' });
  await vi.waitUntil(() => total() >= 3);
  expect(total()).toBe(3);
  expect(problems.list()).toEqual([]);
});
