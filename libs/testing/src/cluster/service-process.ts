import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { TuttiError } from '@tutti/kernel';
import { endWithParent } from './end-with-parent.js';
import { pathInProject } from './path-in-project.js';

/** The services that run as processes of their own. */
export type ServiceKind = 'contract' | 'projection' | 'feedback';

export interface ServiceProcessOptions {
  kind: ServiceKind;
  /** `contract-2` */
  name: string;
  port: number;
  /** Environment besides the one of this process. */
  env: Readonly<Record<string, string>>;
  /** Options of Node: `--max-semi-space-size=64`. */
  nodeOptions?: readonly string[];
}

/** How a process ended. */
export interface Ended {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
}

const LOG_CHARS_MAX = 256 * 1024;
const READY_WITHIN_MS = 60_000;
const POLL_MS = 25;

/** One service in a process of its own, as operators run it; may be killed, frozen and started again. */
export class ServiceProcess {
  readonly kind: ServiceKind;
  readonly name: string;
  /** `http://127.0.0.1:PORT`, the same after a restart. */
  readonly url: string;
  private child: ChildProcess | undefined;
  private end: Promise<Ended> | undefined;
  private said = '';

  constructor(private readonly options: ServiceProcessOptions) {
    this.kind = options.kind;
    this.name = options.name;
    this.url = `http://127.0.0.1:${options.port}`;
  }

  /** Process id; undefined while it does not run. */
  get pid(): number | undefined {
    return this.running ? this.child?.pid : undefined;
  }

  get running(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Starts it where it does not run; resolves at once, see {@link ready}. */
  start(): void {
    if (this.running) return;
    const { kind, port, env, nodeOptions = [] } = this.options;
    const child = spawn(process.execPath, [...nodeOptions, pathInProject(`services/${kind}/dist/main.js`)], {
      // A group of its own: a terminal's Ctrl-C is for whoever started it, who then stops it in order.
      detached: true,
      env: { ...process.env, TUTTI_HOST: '127.0.0.1', TUTTI_PORT: String(port), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    this.end = new Promise((resolve) => {
      child.once('error', () => resolve({ exitCode: null, signal: null }));
      child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }));
    });
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => (this.said = (this.said + text).slice(-LOG_CHARS_MAX)));
    }
    endWithParent(child);
  }

  /** Sends a signal: SIGKILL ends it at once, SIGSTOP freezes it, SIGCONT lets it go on. */
  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    this.child?.kill(signal);
  }

  /** How it ended, once it has; at once where it never ran. */
  async ended(): Promise<Ended> {
    return (await this.end) ?? { exitCode: null, signal: null };
  }

  /** Asks it to drain (SIGTERM) and waits for its end. */
  async stop(): Promise<Ended> {
    if (this.running) {
      this.kill('SIGCONT');
      this.kill('SIGTERM');
    }
    return this.ended();
  }

  /** Ends it at once, if it runs, and starts it again; resolves when it is ready. @throws as {@link ready} */
  async restart(withinMs?: number): Promise<void> {
    this.kill('SIGKILL');
    await this.ended();
    this.start();
    await this.ready(withinMs);
  }

  /**
   * Resolves when it says that it is ready.
   *
   * @throws TuttiError `service-not-ready` it has ended, or is not ready in time; with what it said
   */
  async ready(withinMs = READY_WITHIN_MS): Promise<void> {
    const until = performance.now() + withinMs;
    let answer = 'no answer';
    while (this.running) {
      if (performance.now() > until) {
        throw notReady(`${this.name} is not ready after ${withinMs / 1000} s: ${answer}`, this.said);
      }
      answer = await this.readiness().catch((error: unknown) => String(error));
      if (answer === 'ready') return;
      await delay(POLL_MS);
    }
    const { exitCode, signal } = await this.ended();
    throw notReady(`${this.name} has ended (${exitCode ?? signal})`, this.said);
  }

  /** What it has written so far, the last 256 K characters, over all of its runs. */
  logs(): string {
    return this.said;
  }

  /** `ready`, or what it answers instead. */
  private async readiness(): Promise<string> {
    const response = await fetch(`${this.url}/health/ready`, { signal: AbortSignal.timeout(2_000) });
    const text = await response.text();
    return response.status === 200 ? 'ready' : `${response.status} ${text.slice(0, 1_000)}`;
  }
}

function notReady(message: string, said: string): TuttiError {
  return new TuttiError('service-not-ready', `${message}\n${said.slice(-4_000)}`, {
    mend: 'see what the service says',
    facts: { said: said.slice(-4_000) },
  });
}
