import { outcomeHash } from '@tutti/runtime';
import { openJournal } from './open-journal.js';

/** The outcome hash of a data folder's journal. @throws TuttiError as `openJournal`, `journal-corrupt` */
export async function outcomeOfFolder(folder: string): Promise<string> {
  const journal = openJournal(folder);
  try {
    const partitions = (await journal.streams()).filter((stream) => /^verdicts-\d+$/.test(stream)).length;
    return await outcomeHash(journal, partitions);
  } finally {
    await journal.close();
  }
}
