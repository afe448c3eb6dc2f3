import { TuttiError } from '@tutti/kernel';
import { showError } from './show-error.js';
import { tuneHeap } from './tune-heap.js';

/** How long a shutdown may take before it is cut off; what was not journaled by then was not acknowledged either. */
export const DRAIN_MS = 30_000;

/** Exit codes of a service. */
export const EXIT = {
  stopped: 0,
  /** It did not start, could not go on, or could not be closed in time. */
  failed: 1,
  /** The configuration is wrong. */
  configuration: 2,
  /** A second signal did not wait. */
  cutOff: 130,
} as const;

/** A service that serves. */
export interface Running {
  /** Says what it is, for a terminal. */
  lines: string[];
  /** Takes nothing more, answers what it has taken, flushes, gives back what it holds. Resolves with what to say. */
  close(): Promise<string>;
  /** Rejects where it cannot go on. */
  broken?: Promise<never>;
}

/** Where a process says things, and how it ends; the real one, or a test's. */
export interface Terminal {
  say(text: string): void;
  complain(text: string): void;
  /** Calls back at SIGTERM and SIGINT. */
  onSignal(listener: () => void): void;
  exit(code: number): void;
}

/** The terminal of this process. */
export const TERMINAL: Terminal = {
  say: (text) => void process.stdout.write(`${text}\n`),
  complain: (text) => void process.stderr.write(`${text}\n`),
  onSignal: (listener) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, listener);
  },
  exit: (code) => process.exit(code),
};

/**
 * Runs a service until it is told to stop: the first signal drains it, the second ends the process at once. A signal
 * while it still starts aborts `stopping`, by which whatever waits for a server gives up.
 */
export async function runProcess(
  start: (stopping: AbortSignal) => Promise<Running>,
  terminal: Terminal = TERMINAL,
): Promise<void> {
  tuneHeap();
  const abort = new AbortController();
  const signalled = new Promise<void>((resolve) => {
    terminal.onSignal(() => {
      // A second signal does not wait.
      if (abort.signal.aborted) terminal.exit(EXIT.cutOff);
      abort.abort();
      resolve();
    });
  });
  let running: Running;
  try {
    running = await start(abort.signal);
  } catch (error) {
    if (abort.signal.aborted) return terminal.exit(EXIT.stopped);
    terminal.complain(showError(error));
    return terminal.exit(exitCodeOf(error));
  }
  for (const line of running.lines) terminal.say(line);
  const broken = await Promise.race([
    signalled,
    (running.broken ?? new Promise<never>(() => {})).catch((error: unknown) => ({ error })),
  ]);
  if (broken !== undefined) terminal.complain(showError(broken.error));
  await drain(running, terminal, broken === undefined ? EXIT.stopped : EXIT.failed);
}

async function drain(running: Running, terminal: Terminal, code: number): Promise<void> {
  const timer = setTimeout(() => {
    terminal.complain(`drain-timeout  not everything could be closed within ${DRAIN_MS / 1000} s`);
    terminal.exit(EXIT.failed);
  }, DRAIN_MS);
  timer.unref();
  try {
    terminal.say(await running.close());
  } catch (error) {
    terminal.complain(showError(error));
    return terminal.exit(EXIT.failed);
  } finally {
    clearTimeout(timer);
  }
  terminal.exit(code);
}

function exitCodeOf(error: unknown): number {
  return error instanceof TuttiError && error.code === 'config-invalid' ? EXIT.configuration : EXIT.failed;
}
