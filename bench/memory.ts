import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { line } from './support/figures.ts';
import { root, scratch } from './support/server.ts';

const limitMiB = 1024;

/**
 * One million subjects, a decision each, in a process that may not use more than 1 GiB of memory: the child ends
 * itself with an error when its resident set passes that.
 */
export async function benchMemory(): Promise<void> {
  console.log('\nMemory: 1,000,000 subjects in one process');
  const { folder, remove } = scratch();
  try {
    const child = spawn(
      process.execPath,
      ['--max-old-space-size=512', join(root, 'bench', 'support', 'million-subjects.ts'), folder, String(limitMiB)],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let printed = '';
    child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
    if (code !== 0) throw new Error(`the process ended with ${code}: ${printed}`);
    const { peakMiB, seconds, subjects } = JSON.parse(printed) as {
      peakMiB: number;
      seconds: number;
      subjects: number;
    };
    line('subjects', subjects.toLocaleString('en'), `${seconds.toFixed(1)} s`);
    line('largest resident set', `${Math.round(peakMiB)} MiB`, `limit ${limitMiB} MiB: kept`);
  } finally {
    remove();
  }
}
