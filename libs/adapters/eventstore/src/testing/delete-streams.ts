import { AccessDeniedError, StreamNotFoundError } from '@eventstore/db-client';
import { parseJournalUrl } from '../journal-url.js';
import { Connection } from '../connection.js';
import { Server } from '../server.js';
import { NAMES_STREAM, StreamNames } from '../stream-names.js';

/** Deletes the streams of a journal, its names included; leaves them where the user may not. For tests only. */
export async function deleteStreams(url: string, prefix: string): Promise<void> {
  const parsed = parseJournalUrl(url);
  const connection = new Connection(parsed);
  try {
    const names = await new StreamNames(
      new Server(connection, parsed.servers, 10_000),
      `${prefix}${NAMES_STREAM}`,
    ).all();
    for (const name of [...names, NAMES_STREAM]) {
      await connection
        .use((client) => client.deleteStream(`${prefix}${name}`, { requiresLeader: true, deadline: 10_000 }))
        .catch((error: unknown) => {
          if (!(error instanceof AccessDeniedError || error instanceof StreamNotFoundError)) throw error;
        });
    }
  } finally {
    connection.close();
  }
}
