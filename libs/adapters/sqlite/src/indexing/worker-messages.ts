import type { DecisionIndex } from '@tutti/runtime';
import type { PortableError } from '../portable-error.js';

/** What the index's thread is started with. */
export interface WorkerStart {
  journalPath: string;
  indexPath: string;
}

/** A question to the index's thread. */
export type WorkerQuestion = { number: number } & (
  { ask: 'find'; source: string; id: string } | { ask: 'edges' } | { ask: 'contractUse' } | { ask: 'close' }
);

/** Its answer, or why there is none. */
export type WorkerAnswer = { number: number } & ({ answer: unknown } | { failure: PortableError });

/** What each question is answered with. */
export interface WorkerAnswers {
  find: Awaited<ReturnType<DecisionIndex['find']>>;
  edges: Awaited<ReturnType<DecisionIndex['edges']>>;
  contractUse: Awaited<ReturnType<DecisionIndex['contractUse']>>;
  close: undefined;
}
