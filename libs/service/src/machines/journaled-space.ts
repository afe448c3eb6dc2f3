import { TuttiError } from '@tutti/kernel';
import { CONTROL, type Journal, parseRecord, readBlock } from '@tutti/runtime';

/**
 * Name of the space a journal holds; undefined where it is empty. Its first record of `control` says it.
 *
 * @throws TuttiError `journal-corrupt`, `journal-version`
 */
export async function journaledSpace(journal: Journal): Promise<string | undefined> {
  const [first] = await journal.read(CONTROL, 0, 1);
  if (first === undefined) return undefined;
  for (const record of readBlock(CONTROL, first).records) {
    const { kind, space } = parseRecord(CONTROL, record);
    if (kind === 'SpaceCreated' && typeof space === 'string') return space;
  }
  return undefined;
}

/**
 * Refuses a journal that holds another space; one that holds none yet may become it.
 *
 * @throws TuttiError `space-differs`, `journal-corrupt`, `journal-version`
 * @throws JournalUnavailableError
 */
export async function requireSpace(journal: Journal, space: string): Promise<void> {
  const journaled = await journaledSpace(journal);
  if (journaled === undefined || journaled === space) return;
  throw new TuttiError('space-differs', `the journal holds space ${journaled}, not ${space}`, {
    where: 'control',
    mend: 'Name that space in TUTTI_SPACE, or choose another journal in TUTTI_JOURNAL_URL.',
    facts: { journaled, wanted: space },
  });
}
