import { describe, expect, it } from 'vitest';
import { shareConnection } from './connection.js';
import { EventStoreJournal } from './event-store-journal.js';
import { parseJournalUrl } from './journal-url.js';

describe('a journal’s URL', () => {
  it('is the client’s, less what is ours', () => {
    expect(parseJournalUrl('esdb+discover://u:p@a:1,b:2/?tls=false&tuttiPrefix=acme.&keepAliveTimeout=500')).toEqual({
      connectionString: 'esdb+discover://u:p@a:1,b:2?tls=false',
      keepAliveTimeoutMs: 500,
      servers: 'a:1,b:2',
      prefix: 'acme.',
    });
    expect(parseJournalUrl('esdb://localhost')).toMatchObject({
      connectionString: 'esdb://localhost',
      prefix: 'tutti.',
    });
  });

  it.each([
    'postgres://localhost',
    'esdb://',
    'esdb://user:secret@host:port?tls=maybe',
    'esdb://user:secret@host:2113?tls=maybe',
    'esdb://user:secret@host:2113?keepAliveTimeout=soon',
    'esdb://user:secret@host:2113?tuttiPrefix=$all',
    'esdb://user:secret@host:2113?tuttiPrefix=%',
    'esdb://user:secret@host:2113?tlsCAFile=/nowhere/ca.pem',
  ])('that cannot be used is refused, and not quoted: %s', async (url) => {
    const failure: unknown = await EventStoreJournal.open(url).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'config-invalid', retryable: false });
    expect(String((failure as Error).stack)).not.toContain('secret');
    expect((failure as Error).cause).toBeUndefined();
  });

  it('is one connection for all who use it, and a new one after the last', () => {
    const url = parseJournalUrl('esdb://127.0.0.1:1?tls=false');
    const users = [shareConnection(url), shareConnection({ ...url, prefix: 'other.' })];
    expect(users[0]!.connection).toBe(users[1]!.connection);
    for (const { release } of users) release();
    const again = shareConnection(url);
    expect(again.connection).not.toBe(users[0]!.connection);
    again.release();
  });
});
