import { readFileSync } from 'node:fs';
import { TuttiError } from '@tutti/kernel';

/** A text file. @throws TuttiError `file-unreadable` */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw new TuttiError('file-unreadable', `it cannot be read: ${reason}`, {
      where: path,
      mend: 'check its name, and who may read it',
      cause,
    });
  }
}
