import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { JournalReader } from '@tutti/runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDataFolder } from '@tutti/adapter-sqlite';

/** Takes the folder and appends claims until it is killed; writes a line for each that was acknowledged. */
const CHILD = `
  import { openDataFolder } from '@tutti/adapter-sqlite';
  import { makeBlock } from '@tutti/runtime/journal';
  const { journal } = openDataFolder(process.argv[1]);
  const stream = 'verdicts-0';
  let last = await journal.last(stream);
  const term = (last?.term ?? 0) + 1;
  for (;;) {
    const first = last === undefined ? 0 : last.first + last.count;
    const lines = Array.from({ length: first % 50 }, (_, n) => JSON.stringify({ kind: 'sample', n, fill: 'x'.repeat(600) }));
    last = makeBlock({ stream, first, term, next: null, atMs: 0, engine: 'e', lines });
    await journal.append(stream, last);
    process.stdout.write(String(first + last.count) + '\\n');
  }`;

let folder: string;
let child: ChildProcess | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tutti-lock-'));
});
afterEach(async () => {
  await kill();
  await rm(folder, { recursive: true });
});

describe('the lock of a data folder', () => {
  it('lets one in at a time, in one process too, and the next after it', async () => {
    const data = openDataFolder(folder);
    expect(() => openDataFolder(folder)).toThrow(
      expect.objectContaining({ code: 'data-locked', facts: { pid: process.pid } }),
    );
    await data.close();
    await openDataFolder(folder).close();
  });

  it(
    'names the process that has it, and ends with it however it ends; nothing acknowledged is lost',
    { timeout: 60_000 },
    async () => {
      for (let round = 1; round <= 2; round += 1) {
        // given another process at work on the folder
        const acknowledged = await childUntil(20 * round);
        // then we are refused, and told who it is
        expect(() => openDataFolder(folder)).toThrow(
          expect.objectContaining({ code: 'data-locked', message: expect.stringContaining(`process ${child!.pid}`) }),
        );
        // when it is killed
        await kill();
        // then the folder is free at once, and the journal is whole
        const data = openDataFolder(folder);
        let end = 0;
        for await (const block of new JournalReader(data.journal, 'verdicts-0').blocks()) ({ end } = block);
        expect(end).toBeGreaterThanOrEqual(acknowledged());
        expect((await data.journal.last('verdicts-0'))?.term).toBe(round);
        await data.close();
      }
    },
  );
});

/** Starts the child and waits for so many acknowledgements; gives the highest one seen so far. */
async function childUntil(lines: number): Promise<() => number> {
  child = spawn(process.execPath, ['--input-type=module', '-e', CHILD, folder], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let highest = 0;
  let seen = 0;
  const enough = Promise.withResolvers<void>();
  createInterface({ input: child.stdout! }).on('line', (line) => {
    highest = Number(line);
    seen += 1;
    if (seen >= lines) enough.resolve();
  });
  child.once('exit', () => enough.reject(new Error('the other process ended by itself')));
  await enough.promise;
  return () => highest;
}

async function kill(): Promise<void> {
  const dying = child;
  child = undefined;
  if (dying === undefined || dying.exitCode !== null || dying.signalCode !== null) return;
  dying.kill('SIGKILL');
  await once(dying, 'close');
}
