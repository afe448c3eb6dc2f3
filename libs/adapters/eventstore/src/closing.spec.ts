import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { blockOf } from './testing/blocks.js';
import { groundOf } from './testing/ground.js';

const ground = groundOf();

it('a journal that is closed leaves no call open', async () => {
  const journal = await ground.open();
  journal.follow('s', () => undefined);
  const begun = [journal.append('s', blockOf('s', 0)), journal.append('s', blockOf('s', 2)), journal.streams()];
  await journal.close();
  expect((await Promise.allSettled(begun)).map(({ status }) => status)).toEqual(begun.map(() => 'fulfilled'));
  await expect.poll(() => ground.double.open.size, { timeout: 10_000 }).toBe(0);
});

it('a journal that is closed keeps no process alive', async () => {
  const block = blockOf('s', 0);
  const script = `
    import { EventStoreJournal } from '@tutti/adapter-eventstore';
    const journal = await EventStoreJournal.open(${JSON.stringify(ground.double.url)}, { prefix: '' });
    const woken = Promise.withResolvers();
    journal.follow('s', woken.resolve);
    const bytes = Buffer.from(${JSON.stringify(Buffer.from(block.bytes).toString())});
    await journal.append('s', { ...${JSON.stringify({ ...block, bytes: undefined })}, bytes });
    await woken.promise;
    await journal.close();
    console.log('closed');`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    cwd: import.meta.dirname,
    timeout: 15_000,
  });
  expect(stdout).toBe('closed\n');
  expect(ground.double.kept.streams.get('s')).toHaveLength(1);
});
