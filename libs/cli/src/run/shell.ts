import { TuttiError } from '@tutti/kernel';
import type { Sink } from '../terminal/output.js';
import { EXIT, type ExitCode } from '../terminal/exit-code.js';

/** What a run of the command line has from its process, and gives back to it. */
export interface Shell {
  stdout: Sink;
  stderr: Sink;
  env: Readonly<Record<string, string | undefined>>;
  /** Aborted at Ctrl-C: streams end, imports stop after what is under way. */
  signal: AbortSignal;
  exitCode: ExitCode;
}

/** The shell of this process. */
export function processShell(): Shell {
  const abort = new AbortController();
  const stop = (): void => {
    // A second time ends the process as usual.
    process.removeListener('SIGINT', stop);
    process.removeListener('SIGTERM', stop);
    abort.abort(new TuttiError('interrupted', 'interrupted'));
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    signal: abort.signal,
    exitCode: EXIT.done,
  };
}
