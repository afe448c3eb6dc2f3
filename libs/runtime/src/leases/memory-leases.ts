import { StoreUnavailableError } from '../ports/errors.js';
import type { Leases } from '../ports/leases.js';

/** What several {@link MemoryLeases} share, as clients of one store do. */
export class MemoryLeaseTable {
  readonly leases = new Map<string, { owner: string; untilMs: number }>();

  /** @param nowMs the store's clock, milliseconds */
  constructor(readonly nowMs: () => number = () => Date.now()) {}
}

/** Leases in memory, for tests and for one process. Gone with it. */
export class MemoryLeases implements Leases {
  private closed = false;

  constructor(private readonly table = new MemoryLeaseTable()) {}

  async hold(name: string, owner: string, forMs: number): Promise<boolean> {
    this.assertOpen();
    const nowMs = this.table.nowMs();
    const held = this.table.leases.get(name);
    if (held !== undefined && held.owner !== owner && held.untilMs > nowMs) return false;
    this.table.leases.set(name, { owner, untilMs: nowMs + forMs });
    return true;
  }

  async release(name: string, owner: string): Promise<void> {
    this.assertOpen();
    if (this.table.leases.get(name)?.owner === owner) this.table.leases.delete(name);
  }

  async holders(): Promise<Record<string, string>> {
    this.assertOpen();
    const nowMs = this.table.nowMs();
    const holding = [...this.table.leases].filter(([, { untilMs }]) => untilMs > nowMs);
    return Object.fromEntries(holding.map(([name, { owner }]) => [name, owner]));
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  private assertOpen(): void {
    if (this.closed) throw new StoreUnavailableError('the store is closed');
  }
}
