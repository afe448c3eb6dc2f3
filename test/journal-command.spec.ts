import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EventStoreDouble } from '../libs/adapters/eventstore/src/testing/event-store-double.ts';

const command = join(import.meta.dirname, 'conformance', 'journal-url.ts');

/** `npm run test:journal`, its build left out, and those of its tests whose name holds `some`. */
async function testJournal(url: string | undefined, some = ''): Promise<{ code: number | null; out: string }> {
  const { TUTTI_JOURNAL_URL: _, ...rest } = process.env;
  const child = spawn(process.execPath, [command, '-t', some], {
    env: url === undefined ? rest : { ...rest, TUTTI_JOURNAL_URL: url, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 120_000,
  });
  let out = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (out += String(data)));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, out })));
}

describe('npm run test:journal', () => {
  const double = new EventStoreDouble();
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tutti-journal-'));
    await double.start();
  });
  afterAll(async () => {
    double.stop();
    await rm(folder, { recursive: true });
  });

  it.each([undefined, 'mysql://user:secret@localhost/tutti'])(
    'does not pass where it tests nothing: %s',
    async (url) => {
      const { code, out } = await testJournal(url);
      expect(out).toContain('config-invalid  TUTTI_JOURNAL_URL');
      expect(out).not.toContain('secret');
      expect(code).toBe(1);
    },
  );

  it('does not pass on a server that is away', async () => {
    const { code, out } = await testJournal('postgres://127.0.0.1:1/tutti', 'holds nothing');
    expect(out).toMatch(/\d+ failed/);
    expect(code).toBe(1);
  });

  it('runs the suite on a file, and leaves nothing', async () => {
    const { code, out } = await testJournal(`sqlite:${join(folder, 'journal')}`, 'closing');
    expect(out).toMatch(/Tests +\d+ passed/);
    expect(code).toBe(0);
    expect(await readdir(folder)).toEqual([]);
  });

  it('runs the suite on EventStoreDB’s protocol, and leaves nothing', async () => {
    const { code, out } = await testJournal(double.url, 'closing');
    expect(out).toMatch(/Tests +\d+ passed/);
    expect(code).toBe(0);
    expect([...double.kept.streams.keys()]).toEqual([]);
  });
});
