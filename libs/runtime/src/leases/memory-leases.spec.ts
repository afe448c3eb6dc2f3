import { describeLeases } from '../conformance/index.js';
import { MemoryLeases, MemoryLeaseTable } from './memory-leases.js';

describeLeases('in memory', async () => {
  const table = new MemoryLeaseTable();
  return { open: async () => new MemoryLeases(table), clear: async () => undefined };
});
