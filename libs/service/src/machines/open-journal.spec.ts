import { describe, expect, it } from 'vitest';
import { openJournal } from './open-journal.js';

describe("the journal's URL", () => {
  it.each(['mysql://host/db', 'sqlite:journal.db', '/data', '', 'ESDB://host'])('is refused: %s', async (url) => {
    await expect(openJournal(url)).rejects.toMatchObject({ code: 'config-invalid', where: 'TUTTI_JOURNAL_URL' });
  });

  it.each(['esdb://127.0.0.1:1?tls=false', 'esdb+discover://127.0.0.1:1?tls=false'])(
    'opens EventStoreDB: %s',
    async (url) => {
      const journal = await openJournal(url);
      expect(journal.constructor.name).toBe('EventStoreJournal');
      await journal.close();
    },
  );

  it.each(['postgres', 'postgresql'])('opens PostgreSQL, whose server may be away: %s', async (scheme) => {
    await expect(openJournal(`${scheme}://tutti@127.0.0.1:1/tutti`)).rejects.toMatchObject({
      code: 'journal-unavailable',
      retryable: true,
    });
  });
});
