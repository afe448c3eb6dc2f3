import { TuttiError } from '@tutti/kernel';
import { JournalReader } from '../journal/journal-reader.js';
import { parseRecord } from '../journal/record.js';
import type { Journal } from '../ports/journal.js';
import type { SpaceCreated } from './control-record.js';
import { CONTROL } from './control-stream.js';

/**
 * What is fixed for the life of the space that a journal holds; undefined where it holds none yet.
 *
 * @throws JournalUnavailableError, TuttiError `journal-corrupt`, `journal-version`
 */
export async function readSpace(journal: Journal): Promise<SpaceCreated | undefined> {
  for await (const record of new JournalReader(journal, CONTROL, 1).records(1)) {
    return parseRecord(CONTROL, record) as unknown as SpaceCreated;
  }
  return undefined;
}

/** Why a process that needs a space cannot begin yet. */
export function noSpace(space: string): TuttiError {
  return new TuttiError('no-space', `the journal holds no space yet; ${space} is to be created first`, {
    where: CONTROL,
    mend: 'Start a contract process: the first one creates the space.',
    retryable: true,
  });
}

/** Why a process of one space cannot work on the journal of another. */
export function otherSpace(wanted: string, journaled: string): TuttiError {
  return new TuttiError('space-differs', `the journal holds space ${journaled}, not ${wanted}`, {
    where: CONTROL,
    mend: 'Name that space, or choose another journal.',
    facts: { journaled, wanted },
  });
}
