import { RevisionConflictError } from '../ports/errors.js';
import { TuttiError } from '@tutti/kernel';
import type { Block, Journal } from '../ports/journal.js';
import type { BackOff } from '../problems/back-off.js';
import type { Problems } from '../problems/problems.js';
import { unavailable } from './unavailable.js';

/** What became of a block: it is in the journal; a later owner has the stream; somebody else wrote in its place. */
export type AppendOutcome = 'durable' | 'fenced' | 'overtaken';

/** How a task stands to its surroundings while it waits for them. */
export interface Patience {
  backOff: BackOff;
  problems: Problems;
  /** Under which name its problems are listed. */
  owner: string;
  stopping(): boolean;
  /** Told of each attempt that failed. */
  failed(error: TuttiError): void;
  /** Told when it works again. */
  recovered(): void;
}

/**
 * Appends a block until it is known what became of it (DESIGN §3.1): the same block again where the journal did not
 * answer, which is idempotent; on a conflict the stream tells.
 *
 * @throws TuttiError `unavailable` told to stop while the journal was away; `journal-corrupt`
 */
export async function appendBlock(
  journal: Journal,
  stream: string,
  block: Block,
  patience: Patience,
): Promise<AppendOutcome> {
  return patiently(patience, async () => {
    try {
      await journal.append(stream, block);
      return 'durable';
    } catch (error) {
      if (!(error instanceof RevisionConflictError)) throw error;
      const [there] = await journal.read(stream, block.first, 1);
      if (there?.first === block.first && there.id === block.id) return 'durable';
      const last = await journal.last(stream);
      return last !== undefined && last.term > block.term ? 'fenced' : 'overtaken';
    }
  });
}

/**
 * Tries until it works, with growing pauses, as long as what fails may work later; says meanwhile what is away.
 *
 * @throws TuttiError `unavailable` told to stop meanwhile; what cannot work later
 */
export async function patiently<T>(patience: Patience, work: () => Promise<T>): Promise<T> {
  const { backOff, problems, owner } = patience;
  let failed = false;
  for (;;) {
    try {
      const result = await work();
      if (failed) {
        backOff.reset();
        problems.solved(owner);
        patience.recovered();
      }
      return result;
    } catch (error) {
      if (!(error instanceof TuttiError) || !error.retryable) throw error;
      if (patience.stopping()) throw unavailable(error.message, error);
      failed = true;
      problems.say(owner, error);
      patience.failed(error);
      await backOff.wait();
      if (patience.stopping()) throw unavailable(error.message, error);
    }
  }
}
