import type { Edge } from '../backbone.js';
import type { Journal } from '../ports/journal.js';
import type { DecisionIndex } from './decision-index.js';
import { EdgeFold } from './edge-fold.js';
import { VerdictReader } from './verdict-reader.js';

/**
 * Answers from the journal itself, without an index: `find` reads all of it each time, the counts go on from where
 * they were. Right, and slow on a long journal.
 */
export class ScanningIndex implements DecisionIndex {
  private readonly readers: VerdictReader[];
  private readonly folded: number[];
  private readonly edgeFold = new EdgeFold();
  private readonly use = new Map<string, Map<number, number>>();
  private turn: Promise<void> = Promise.resolve();

  constructor(journal: Journal, partitions: number) {
    this.readers = Array.from({ length: partitions }, (_, partition) => new VerdictReader(journal, partition));
    this.folded = this.readers.map(() => 0);
  }

  async find(source: string, id: string): Promise<{ partition: number; revision: number }[]> {
    const found: { partition: number; revision: number }[] = [];
    for (const [partition, reader] of this.readers.entries()) {
      for await (const verdict of reader.from(0)) {
        if (typeof verdict === 'number') continue;
        if (verdict.verdict.id !== id || verdict.verdict.source !== source) continue;
        found.push({ partition, revision: verdict.revision });
      }
    }
    return found;
  }

  async edges(): Promise<Edge[]> {
    await this.catchUp();
    return this.edgeFold.edges();
  }

  async contractUse(): Promise<Record<string, Record<number, number>>> {
    await this.catchUp();
    return Object.fromEntries([...this.use].map(([type, versions]) => [type, Object.fromEntries(versions)]));
  }

  async close(): Promise<void> {}

  private catchUp(): Promise<void> {
    const done = this.turn.then(() => this.fold());
    this.turn = done.catch(() => undefined);
    return done;
  }

  private async fold(): Promise<void> {
    for (const [partition, reader] of this.readers.entries()) {
      for await (const verdict of reader.from(this.folded[partition]!)) {
        if (typeof verdict === 'number') {
          this.folded[partition] = verdict;
          continue;
        }
        this.folded[partition] = verdict.revision + 1;
        this.edgeFold.add(verdict);
        const { accepted, contract } = verdict.verdict;
        if (!accepted || contract === undefined) continue;
        const at = contract.lastIndexOf('@');
        const type = contract.slice(0, at);
        const version = Number(contract.slice(at + 1));
        const versions = this.use.get(type) ?? new Map<number, number>();
        this.use.set(type, versions.set(version, (versions.get(version) ?? 0) + 1));
      }
    }
  }
}
