import { readFile } from 'node:fs/promises';
import { PostgresStartError } from './postgres-error.js';

/** User that the server runs as, where it must be another than ours. */
export interface Account {
  uid: number;
  gid: number;
}

const NAMES = ['postgres', 'nobody'];

/**
 * PostgreSQL refuses to run as root: the account it gets instead, one that the machine has. Undefined where this process
 * is not root's.
 *
 * @throws PostgresStartError there is none
 */
export async function accountForServer(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  for (const name of NAMES) {
    const found = lines.find(([user]) => user === name);
    if (found !== undefined) return { uid: Number(found[2]), gid: Number(found[3]) };
  }
  throw new PostgresStartError('PostgreSQL does not run as root, and there is no user postgres or nobody', {
    mend: 'Run as another user than root, or create the user postgres.',
  });
}
