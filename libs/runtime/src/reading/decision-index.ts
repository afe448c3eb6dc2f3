import type { Edge } from '../backbone.js';

/** What cannot be found through a subject: questions over all partitions. Answers lag the journal by what it says. */
export interface DecisionIndex {
  /** Places of the verdicts on a decision by source and id, whatever its subject, in order of partition and revision. */
  find(source: string, id: string): Promise<{ partition: number; revision: number }[]>;
  /** What the model has no answer for, most frequent first. */
  edges(): Promise<Edge[]>;
  /** Accepted decisions by full type and contract version. */
  contractUse(): Promise<Record<string, Record<number, number>>>;
  close(): Promise<void>;
}
