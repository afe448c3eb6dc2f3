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
