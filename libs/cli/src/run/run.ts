import { CommanderError } from 'commander';
import { buildProgram } from '../program.js';
import { EXIT, type ExitCode } from '../terminal/exit-code.js';
import type { Shell } from './shell.js';

/**
 * Runs one command line.
 *
 * @param words without the program's own name: `['decide', 'order.ship', …]`
 * @returns the exit code
 */
export async function run(words: readonly string[], shell: Shell): Promise<ExitCode> {
  const program = buildProgram(shell);
  if (words.length === 0) {
    shell.stdout.write(program.helpInformation());
    return EXIT.usage;
  }
  try {
    await program.parseAsync(words, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help and version asked for are no errors; a group without its verb is one.
    return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  }
  return shell.exitCode;
}
