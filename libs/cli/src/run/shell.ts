import { TuttiError } from '@tutti/kernel';
import type { Sink } from '../terminal/output.js';
import { EXIT, type ExitCode } from '../terminal/exit-code.js';

/** What a run of the command line has from its process, and gives back to it. */
export interface Shell {
  stdout: Sink;
  stderr: Sink;
  env: Readonly<Record<string, string | undefined>>;
  /** Aborted at Ctrl-C: streams end, imports stop after what is under way. Who reads it must end by it. */
  readonly signal: AbortSignal;
  exitCode: ExitCode;
}

/** The shell of this process. Signals end it as usual, unless a command wants to end by itself. */
export function processShell(): Shell {
  let abort: AbortController | undefined;
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    exitCode: EXIT.done,
    get signal() {
      abort ??= abortAtSignals();
      return abort.signal;
    },
  };
}

function abortAtSignals(): AbortController {
  const abort = new AbortController();
  const stop = (): void => {
    // A second time ends the process at once.
    process.removeListener('SIGINT', stop);
    process.removeListener('SIGTERM', stop);
    abort.abort(new TuttiError('interrupted', 'interrupted'));
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return abort;
}
