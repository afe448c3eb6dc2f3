import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from '../server-process.js';

const COMMAND_TIMEOUT_MS = 60_000;
const AWAITED_MS = 30_000;
const commandLine = join(root, 'libs', 'cli', 'bin', 'tutti.js');

export interface Ran {
  output: string;
  exitCode: number | null;
}

/** A command that goes on. */
export interface Started {
  /** What it has printed so far. */
  output: () => string;
  stop: () => Promise<void>;
}

/**
 * A folder in which the commands of a page are run as a reader would: it looks like the root of a clone, and
 * `npx tutti` is the command line that was built.
 */
export class Terminal {
  readonly folder: string;
  readonly #bin: string;
  readonly #env: Record<string, string>;
  readonly #children: ChildProcess[] = [];
  cwd: string;

  constructor(env: Record<string, string>) {
    // Below the project's root, so that programs written here find its packages.
    mkdirSync(join(root, '.tutti'), { recursive: true });
    this.folder = realpathSync(mkdtempSync(join(root, '.tutti', 'docs-')));
    this.#bin = join(this.folder, '.bin');
    mkdirSync(this.#bin);
    const npx = join(this.#bin, 'npx');
    writeFileSync(npx, `#!/bin/sh\n[ "$1" = tutti ] || exit 127\nshift\nexec node '${commandLine}' "$@"\n`);
    chmodSync(npx, 0o755);
    symlinkSync(join(root, 'examples'), join(this.folder, 'examples'));
    symlinkSync(join(root, 'docs'), join(this.folder, 'docs'));
    this.cwd = this.folder;
    this.#env = env;
  }

  /** Runs a command; `cd` in it holds for those after it. */
  async run(command: string): Promise<Ran> {
    const where = join(this.folder, '.cwd');
    const child = this.#spawn(`${command}\nstatus=$?\npwd > '${where}'\nexit $status`);
    const { output, exitCode } = await finished(child, command);
    this.cwd = readFileSync(where, 'utf8').trim();
    return { output, exitCode };
  }

  /** Starts a command that goes on, and collects what it prints. */
  start(command: string): Started {
    const child = this.#spawn(`exec env ${command}`);
    this.#children.push(child);
    let output = '';
    child.stdout!.on('data', (chunk: Buffer) => (output += chunk.toString()));
    return { output: () => output, stop: () => stopped(child) };
  }

  /** Ends what was started and removes the folder. */
  async close(): Promise<void> {
    for (const child of this.#children) await stopped(child);
    rmSync(this.folder, { recursive: true, force: true });
  }

  #spawn(script: string): ChildProcess {
    return spawn('sh', ['-c', `exec 2>&1\n${script}`], {
      cwd: this.cwd,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        ...process.env,
        NO_COLOR: '1',
        COLUMNS: '200',
        PATH: [this.#bin, dirname(process.execPath), process.env['PATH']].join(':'),
        ...this.#env,
      },
    });
  }
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGINT');
  await ended;
}

function finished(child: ChildProcess, command: string): Promise<Ran> {
  return new Promise((resolve, reject) => {
    let output = '';
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`${command} did not end; it printed:\n${output}`));
    }, COMMAND_TIMEOUT_MS);
    child.stdout!.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('close', (exitCode) => {
      clearTimeout(timer);
      resolve({ output, exitCode });
    });
  });
}

/** Resolves when a condition holds. @throws Error with `what` when the time is over */
export async function until(holds: () => boolean, what: () => string, timeoutMs = AWAITED_MS): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!holds()) {
    if (performance.now() > end) throw new Error(what());
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
