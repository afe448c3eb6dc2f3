import { TuttiError } from '@tutti/kernel';

/** What a command's end means to the shell. */
export const EXIT = {
  done: 0,
  /** The answer is no: rejected, check failed, differs, not there. */
  no: 1,
  usage: 2,
  cannotReach: 3,
  notAllowed: 4,
  /** Timed out: the same id may be sent again. */
  unknown: 5,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const BY_CODE: Readonly<Record<string, ExitCode>> = {
  usage: EXIT.usage,
  malformed: EXIT.usage,
  'file-unreadable': EXIT.usage,
  'key-unreadable': EXIT.usage,
  'config-invalid': EXIT.usage,
  'import-map-invalid': EXIT.usage,
  'import-column-missing': EXIT.usage,
  'model-file-missing': EXIT.usage,
  unavailable: EXIT.cannotReach,
  'log-unavailable': EXIT.cannotReach,
  'journal-unavailable': EXIT.cannotReach,
  'store-unavailable': EXIT.cannotReach,
  overloaded: EXIT.cannotReach,
  internal: EXIT.unknown,
  unauthenticated: EXIT.notAllowed,
  forbidden: EXIT.notAllowed,
  'log-refused': EXIT.notAllowed,
  'database-refused': EXIT.notAllowed,
  'verdict-pending': EXIT.unknown,
  'import-stopped': EXIT.unknown,
};

/** Exit code of an error: what has no other meaning is a no. */
export function exitCodeOf(error: unknown): ExitCode {
  if (!(error instanceof TuttiError)) return EXIT.unknown;
  return Object.hasOwn(BY_CODE, error.code) ? BY_CODE[error.code]! : EXIT.no;
}
