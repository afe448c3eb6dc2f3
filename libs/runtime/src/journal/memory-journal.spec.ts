import { describeJournal } from '../conformance/index.js';
import { MemoryJournal, MemoryStreams } from './memory-journal.js';

describeJournal('in memory', async () => {
  const streams = new MemoryStreams();
  return { open: async () => new MemoryJournal(streams), clear: async () => undefined };
});
