import type { Edge } from '../backbone.js';
import type { Checkpoint } from './store.js';

/** What was decided in one epoch of one partition. */
export interface EpochCounts {
  epoch: number;
  accepted: number;
  /** Of the accepted ones. */
  irregular: number;
  rejected: number;
  /** Inputs that were answered with an earlier verdict. */
  duplicates: number;
}

/** What one verdict adds to the index of decisions. */
export interface IndexedDecision {
  /** 16 bytes derived from source and id. */
  key: Uint8Array;
  revision: number;
}

/** What a projection task has derived from a run of a partition's journal; all of it is added at once. */
export interface Projected {
  /** Increments, one an epoch. */
  counts: readonly EpochCounts[];
  decisions: readonly IndexedDecision[];
  /** Edges met: increments of `count`; epochs, samples and participants to be merged in. */
  edges: readonly Edge[];
  /** Increments: accepted decisions by full type and contract version. */
  contractUse: Readonly<Record<string, Readonly<Record<number, number>>>>;
}

/** What the projection service keeps, one fenced checkpoint a partition. Port; DESIGN §3.5. */
export interface ProjectionStore {
  checkpoint(partition: number): Promise<Checkpoint | undefined>;
  /**
   * Adds what was projected and moves the checkpoint, in one transaction, if it is still at `expected.revision`
   * (undefined: none yet) and its term is at most `next.term`. False, with nothing written, where it is not.
   */
  commit(partition: number, expected: Checkpoint | undefined, next: Checkpoint, projected: Projected): Promise<boolean>;
  /** Counts of a partition, or merged over all of them, by epoch in order, from epoch `from` on. */
  counts(options?: { partition?: number; from?: number; limit?: number }): Promise<EpochCounts[]>;
  /** Revisions of the verdicts on a decision by its key, in order of partition and revision. */
  find(key: Uint8Array): Promise<{ partition: number; revision: number }[]>;
  /** Merged over the partitions, most frequent first. */
  edges(): Promise<Edge[]>;
  contractUse(): Promise<Record<string, Record<number, number>>>;
  /** Forgets a partition. The journal has it all. */
  discard(partition: number): Promise<void>;
  close(): Promise<void>;
}
