import { TuttiError, type TuttiErrorDetails } from '@tutti/kernel';
import { JournalUnavailableError, StoreUnavailableError, type WriteFault } from '@tutti/runtime/journal';

/** What the database is used as: whose port's errors tell its faults. */
export type Role = 'journal' | 'store';

/** SQLSTATE of a server's error, https://www.postgresql.org/docs/18/errcodes-appendix.html; undefined for any other. */
export function sqlState(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('severity' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/**
 * A fault of the database, or of the way to it, as the port's error. Errors that have their code stay as they are, and so
 * do those that another attempt cannot mend, which are bugs: of syntax, of types, of constraints.
 */
export function asPortError(role: Role, where: string, error: unknown): unknown {
  if (error instanceof TuttiError || !(error instanceof Error)) return error;
  if (error instanceof TypeError || error instanceof RangeError) return error;
  const state = sqlState(error) ?? '';
  const details = { where, cause: error };
  switch (state) {
    case '53100':
      return unavailable(
        role,
        `no space left for the ${role}`,
        { ...details, mend: "Free space on the database server's disk; what waits is then written." },
        'disk-full',
      );
    case '25006':
    case '42501':
      return unavailable(
        role,
        `the ${role} cannot be written: ${error.message}`,
        { ...details, mend: 'Name a server that is no standby, and a user who may write the tables.' },
        'data-read-only',
      );
    case 'XX001':
    case 'XX002':
      return new TuttiError(`${role}-corrupt`, `the ${role}'s database is damaged: ${error.message}`, {
        ...details,
        mend:
          role === 'journal'
            ? 'Restore it from a copy; the journal is the only truth.'
            : 'Drop its schema: it is built again from the journal.',
      });
    default:
      return BUGS.has(state.slice(0, 2)) ? error : unavailable(role, `the ${role} failed: ${error.message}`, details);
  }
}

/** Classes of SQLSTATE that tell of wrong statements or values, or of such as are too large. */
const BUGS: ReadonlySet<string> = new Set(['21', '22', '23', '42', '54']);

function unavailable(role: Role, message: string, details: TuttiErrorDetails, fault?: WriteFault): TuttiError {
  return role === 'journal'
    ? new JournalUnavailableError(message, details, fault)
    : new StoreUnavailableError(message, details, fault);
}

const REFUSED_STATES: ReadonlySet<string> = new Set(['28000', '28P01', '3D000', '3F000', '42501']);
const REFUSED_CODES = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|^ERR_TLS/;

/** A fault met while opening: what waiting will not mend is `database-refused`. */
export function asOpeningError(role: Role, where: string, error: unknown): unknown {
  const state = sqlState(error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const refused =
    state === undefined
      ? REFUSED_CODES.test(code) || (error instanceof Error && error.message.includes('does not support SSL'))
      : REFUSED_STATES.has(state);
  if (!refused) return asPortError(role, where, error);
  return new TuttiError('database-refused', `the database does not let us in: ${(error as Error).message}`, {
    where,
    mend: "Check user, password, database and sslmode in the URL, and the user's rights on the schema.",
    cause: error,
  });
}

/** What is asked of something that was closed. */
export function closedError(role: Role, where: string): TuttiError {
  return unavailable(role, `the ${role} is closed`, { where });
}
