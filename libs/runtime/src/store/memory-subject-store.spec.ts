import { describeSubjectStore } from '../conformance/index.js';
import { MemoryRows, MemorySubjectStore } from './memory-subject-store.js';

describeSubjectStore('in memory', async () => {
  const kept = new MemoryRows();
  return { open: async () => new MemorySubjectStore(kept), clear: async () => undefined };
});
