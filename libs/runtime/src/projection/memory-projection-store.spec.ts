import { describeProjectionStore } from '../conformance/index.js';
import { MemoryProjections, MemoryProjectionStore } from './memory-projection-store.js';

describeProjectionStore('in memory', async () => {
  const kept = new MemoryProjections();
  return { open: async () => new MemoryProjectionStore(kept), clear: async () => undefined };
});
