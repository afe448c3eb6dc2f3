import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from './server-process.js';

const main = join(root, 'libs', 'cli', 'dist', 'main.js');

/** How one run of `tutti` ended. */
export interface CommandRun {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface CommandOptions {
  /** Working folder. */
  cwd?: string;
  env?: Record<string, string>;
}

/** A run of `tutti` that has not ended yet. */
export interface RunningCommand {
  child: ChildProcess;
  /** Resolves when standard output holds the text; rejects if the command ends before. */
  printed(text: string | RegExp): Promise<string>;
  /** Asks it to stop, as Ctrl-C does. */
  interrupt(): void;
  ended: Promise<CommandRun>;
}

/** Starts the built command line in a process of its own; no variables of ours but those given. */
export function startCommand(words: readonly string[], options: CommandOptions = {}): RunningCommand {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(TUTTI_|NO_COLOR|FORCE_COLOR|VITEST)/.test(name));
  const child = spawn(process.execPath, [main, ...words], {
    cwd: options.cwd ?? root,
    env: { ...Object.fromEntries(inherited), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  const waiting = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    for (const look of waiting) look();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<CommandRun>((resolve) => {
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
  const printed = (text: string | RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const isThere = typeof text === 'string' ? stdout.includes(text) : text.test(stdout);
        if (!isThere) return;
        waiting.delete(look);
        resolve(stdout);
      };
      waiting.add(look);
      void ended.then((run) =>
        reject(new Error(`it ended before it printed ${String(text)}:\n${JSON.stringify(run)}`)),
      );
      look();
    });
  return { child, printed, interrupt: () => child.kill('SIGINT'), ended };
}

/** Runs the built command line to its end. */
export function runCommand(words: readonly string[], options: CommandOptions = {}): Promise<CommandRun> {
  return startCommand(words, options).ended;
}
