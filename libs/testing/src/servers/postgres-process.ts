import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { Account } from './postgres-account.js';

/** How a server is stopped: told to disconnect everyone and shut down, or to drop everything and recover next time. */
export type StopMode = 'fast' | 'immediate';

const SIGNALS = { fast: 'SIGINT', immediate: 'SIGQUIT' } as const;
const SAID_MAX = 40;

/** One run of the server. In a process group of its own: a terminal's Ctrl-C is for whoever started it. */
export class PostgresProcess {
  /** Last lines it wrote. */
  readonly said: string[] = [];
  private readonly child: ChildProcess;
  private readonly guard: ChildProcess | undefined;
  private readonly ended: Promise<unknown>;

  /** @param scratch folder to be removed should this process die without closing the server */
  constructor(program: string, args: readonly string[], account: Account | undefined, cwd: string, scratch: string) {
    this.child = spawn(program, args, {
      ...account,
      cwd,
      detached: true,
      env: { ...process.env, LC_ALL: 'C' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.ended = once(this.child, 'exit').catch(() => undefined);
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.said.push(...text.split('\n').filter((line) => line !== ''));
      this.said.splice(0, this.said.length - SAID_MAX);
    });
    // What is left running must not keep this process from ending; the guard then stops the server.
    this.child.unref();
    (this.child.stderr as unknown as { unref(): void }).unref();
    if (this.child.pid !== undefined && process.platform !== 'win32') this.guard = guardOf(this.child.pid, scratch);
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  get running(): boolean {
    return this.child.pid !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Resolves once it has ended. */
  async stop(mode: StopMode): Promise<void> {
    this.guard?.kill('SIGKILL');
    if (!this.running) return;
    await this.signalAll('SIGCONT');
    this.child.ref();
    this.child.kill(SIGNALS[mode]);
    await this.ended;
  }

  /** Sends a signal to the server and all its sessions, each of which is a process. Linux only. */
  async signalAll(signal: 'SIGSTOP' | 'SIGCONT'): Promise<void> {
    const { pid } = this.child;
    if (pid === undefined) return;
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
    for (const one of [pid, ...children.split(' ').filter(Boolean).map(Number)]) {
      try {
        process.kill(one, signal);
      } catch {
        // A session that has ended meanwhile.
      }
    }
  }
}

/*
 * `cat` ends when this process does. A server that nobody waits for may stay listed after its end, so the wait for it is
 * bounded.
 */
const GUARD = `
  cat >/dev/null
  kill -QUIT "$1"
  for i in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$1" && sleep 0.2; done
  [ -z "$2" ] || rm -rf "$2"`;

/** Waits for the end of this process, however it comes; then stops the server and removes what it kept. */
function guardOf(pid: number, scratch: string): ChildProcess {
  const guard = spawn('sh', ['-c', GUARD, 'guard', String(pid), scratch], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.unref();
  (guard.stdin as unknown as { unref(): void }).unref();
  guard.on('error', () => undefined);
  guard.stdin!.on('error', () => undefined);
  return guard;
}
