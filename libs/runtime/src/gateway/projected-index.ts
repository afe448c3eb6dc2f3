import type { Edge } from '../backbone.js';
import { recordKind } from '../journal/record.js';
import type { Journal } from '../ports/journal.js';
import type { ProjectionStore } from '../ports/projection-store.js';
import { verdictAt, verdictsOf } from '../reading/block-shelf.js';
import { countUse, type ContractUse } from '../reading/count-use.js';
import { decisionKey } from '../reading/decision-key.js';
import type { DecisionIndex } from '../reading/decision-index.js';
import { EdgeFold } from '../reading/edge-fold.js';
import { mergeEdges } from '../projection/merge-edges.js';
import { VerdictReader } from '../reading/verdict-reader.js';
import type { BlockCache } from './block-cache.js';

/** Attempts at answers from one state of the projection, which goes on meanwhile. */
const ATTEMPTS = 5;
/** Texts that may stand for others: escapes, and decisions kept as base64. */
const DISGUISES = ['\\u', '\\/', '"decision64":"'].map((text) => Buffer.from(text));

/** Answers from what the projection keeps and, beyond its checkpoints, from the journal itself. */
export class ProjectedIndex implements DecisionIndex {
  private readonly readers: VerdictReader[];

  constructor(
    private readonly store: ProjectionStore,
    private readonly blocks: BlockCache,
    journal: Journal,
    partitions: number,
  ) {
    this.readers = Array.from({ length: partitions }, (_, partition) => new VerdictReader(journal, partition));
  }

  async find(source: string, id: string): Promise<{ partition: number; revision: number }[]> {
    // In this order: what is found may be newer than the checkpoints, but never older.
    const projected = await this.checkpoints();
    const found = await this.store.find(decisionKey(source, id));
    const known = new Set(found.map(({ partition, revision }) => `${partition}-${revision}`));
    for (const [partition, revision] of projected.entries()) {
      for await (const one of this.beyond(partition, revision + 1, source, id)) {
        if (!known.has(`${partition}-${one}`)) found.push({ partition, revision: one });
      }
    }
    return found.toSorted((a, b) => a.partition - b.partition || a.revision - b.revision);
  }

  async edges(): Promise<Edge[]> {
    const { kept, projected } = await this.stable(() => this.store.edges());
    const fold = new EdgeFold();
    for (const [partition, reader] of this.readers.entries()) {
      for await (const verdict of reader.from(projected[partition]! + 1)) {
        if (typeof verdict !== 'number') fold.add(verdict);
      }
    }
    return mergeEdges([...kept, ...fold.edges()]);
  }

  async contractUse(): Promise<ContractUse> {
    const { kept, projected } = await this.stable(() => this.store.contractUse());
    const use = structuredClone(kept);
    for (const [partition, reader] of this.readers.entries()) {
      for await (const verdict of reader.from(projected[partition]! + 1)) {
        if (typeof verdict === 'number' || !verdict.verdict.accepted) continue;
        if (verdict.verdict.contract !== undefined) countUse(use, verdict.verdict.contract);
      }
    }
    return use;
  }

  /** The store is its opener's. */
  async close(): Promise<void> {}

  /** Revisions of the verdicts on a decision from a revision on. */
  private async *beyond(partition: number, from: number, source: string, id: string): AsyncGenerator<number> {
    const stream = verdictsOf(partition);
    const needles = [Buffer.from(JSON.stringify(id)), ...DISGUISES];
    for await (const block of this.blocks.from(partition, from)) {
      if (!needles.some((needle) => block.bytes.includes(needle))) continue;
      for (const { revision, line } of block.records) {
        if (revision < from || !needles.some((needle) => line.includes(needle))) continue;
        if (recordKind(stream, { revision, line }) !== 'verdict') continue;
        const { verdict } = verdictAt(partition, revision, line);
        if (verdict.id === id && verdict.source === source) yield revision;
      }
    }
  }

  /** What the store keeps, and the checkpoints it was kept under. */
  private async stable<T>(read: () => Promise<T>): Promise<{ kept: T; projected: number[] }> {
    let projected = await this.checkpoints();
    for (let attempt = 1; ; attempt++) {
      const kept = await read();
      const after = await this.checkpoints();
      // Where it never stands still, the last checkpoints count: at most what was added in between is missing.
      if (attempt === ATTEMPTS || after.every((revision, p) => revision === projected[p])) {
        return { kept, projected: after };
      }
      projected = after;
    }
  }

  private checkpoints(): Promise<number[]> {
    return Promise.all(
      this.readers.map(async (_, partition) => (await this.store.checkpoint(partition))?.revision ?? -1),
    );
  }
}
