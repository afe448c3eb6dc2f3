import { TuttiError, type TuttiErrorDetails } from '@tutti/kernel';
import { JournalUnavailableError, StoreUnavailableError } from '@tutti/runtime/journal';

/** Which file a fault is about. All but the journal can be built again from it. */
export type FileRole = 'journal' | 'store' | 'index';

/** Primary result codes of SQLite, https://sqlite.org/rescode.html */
export const CODE = { busy: 5, readOnly: 8, corrupt: 11, full: 13, cannotOpen: 14, notADatabase: 26 } as const;

/** SQLite's primary result code of an error of `node:sqlite`, or undefined where it is no such error. */
export function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined;
  return error.errcode & 0xff;
}

/** True where SQLite found the file damaged, or to be no database. */
export function isDamage(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === CODE.corrupt || code === CODE.notADatabase;
}

/** A fault of SQLite as the port's error. Other errors stay as they are: they have their code, or are bugs. */
export function asPortError(role: FileRole, path: string, error: unknown): unknown {
  const code = sqliteCode(error);
  if (code === undefined) return error;
  const said = (error as Error).message;
  const details = { where: path, cause: error };
  switch (code) {
    case CODE.full:
      return unavailable(
        role,
        `no space left for the ${role}`,
        { ...details, mend: 'Free space on its disk; what waits is then written.' },
        'disk-full',
      );
    case CODE.readOnly:
    case CODE.cannotOpen:
      return unavailable(
        role,
        `the ${role} cannot be written`,
        { ...details, mend: 'Give this process write access to the data folder and its files.' },
        'data-read-only',
      );
    case CODE.corrupt:
    case CODE.notADatabase:
      return new TuttiError(`${role}-corrupt`, `the ${role}'s file is damaged: ${said}`, {
        ...details,
        mend:
          role === 'journal'
            ? 'Restore it from a copy; the journal is the only truth.'
            : 'Delete it: it is built again from the journal.',
      });
    default:
      return unavailable(role, `the ${role} failed: ${said}`, details);
  }
}

function unavailable(
  role: FileRole,
  message: string,
  details: TuttiErrorDetails,
  fault?: 'disk-full' | 'data-read-only',
): TuttiError {
  return role === 'journal'
    ? new JournalUnavailableError(message, details, fault)
    : new StoreUnavailableError(message, details, fault);
}
