import { TuttiError } from '@tutti/kernel';
import type { Journal } from '@tutti/runtime';

/**
 * Opens the journal of many machines; the URL's scheme says which engine it is. Only that engine's adapter is loaded.
 *
 * @param url `esdb://…`, `esdb+discover://…`, `postgres://…` or `postgresql://…`
 * @throws TuttiError `config-invalid`, `database-refused`, `store-version`
 * @throws JournalUnavailableError the server is away; try again
 */
export async function openJournal(url: string): Promise<Journal> {
  switch (/^[a-z+]+(?=:\/\/)/.exec(url)?.[0]) {
    case 'esdb':
    case 'esdb+discover': {
      const { EventStoreJournal } = await import('@tutti/adapter-eventstore');
      return EventStoreJournal.open(url);
    }
    case 'postgres':
    case 'postgresql': {
      const { PostgresJournal } = await import('@tutti/adapter-postgres');
      return PostgresJournal.open(url);
    }
    default:
      throw new TuttiError('config-invalid', "the journal's URL names no engine that there is", {
        where: 'TUTTI_JOURNAL_URL',
        mend: 'Write esdb://…, esdb+discover://… or postgres://….',
      });
  }
}
