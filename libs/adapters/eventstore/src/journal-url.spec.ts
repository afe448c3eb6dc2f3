import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Connection, shareConnection } from './connection.js';
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

describe('a connection', () => {
  const plain = parseJournalUrl('esdb://127.0.0.1:1?tls=false');

  function clock(): void {
    vi.useFakeTimers({ toFake: ['performance'] });
    onTestFinished(() => void vi.useRealTimers());
  }

  it('is made anew after a failure, later each time, until it is answered', () => {
    clock();
    const connection = new Connection(plain);
    const waits: number[] = [];
    for (let failures = 0; failures < 9; failures += 1) {
      const client = connection.current();
      for (let calls = 0; calls < 3; calls += 1) connection.failed(client, new Error('14 UNAVAILABLE'));
      let waited = 0;
      for (; connection.current() === client; waited += 100) vi.advanceTimersByTime(100);
      waits.push(waited);
    }
    expect(waits).toEqual([100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000]);
    const client = connection.current();
    connection.answered(client);
    connection.failed(client, new Error('14 UNAVAILABLE'));
    vi.advanceTimersByTime(100);
    expect(connection.current()).not.toBe(client);
    connection.close();
  });

  it('is not made anew because of an old one', () => {
    clock();
    const connection = new Connection(plain);
    const old = connection.current();
    connection.failed(old, new Error('14 UNAVAILABLE'));
    vi.advanceTimersByTime(100);
    const client = connection.current();
    connection.failed(old, new Error('14 UNAVAILABLE'));
    vi.advanceTimersByTime(10_000);
    expect(connection.current()).toBe(client);
    connection.close();
  });

  it('goes on when its certificate’s file is taken away', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tutti-ca-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    await writeFile(join(folder, 'ca.pem'), '');
    const connection = new Connection(parseJournalUrl(`esdb://127.0.0.1:1?tlsCAFile=${join(folder, 'ca.pem')}`));
    await rm(join(folder, 'ca.pem'));
    clock();
    const client = connection.current();
    connection.failed(client, new Error('14 UNAVAILABLE'));
    vi.advanceTimersByTime(100);
    expect(connection.current()).toBe(client);
    connection.close();
  });
});
