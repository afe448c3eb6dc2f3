import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { accountForServer } from '../servers/postgres-account.js';

/** Where a cluster's servers keep their data. */
export interface ClusterFolders {
  kafka: string;
  postgres: string;
}

/**
 * The folders of a cluster's data, made where they are missing. Root's PostgreSQL runs as another user: if that user may
 * not get to the folder, as below `/root`, its data lies in `/var/tmp`, by a name made of the folder's.
 */
export async function clusterFolders(data: string): Promise<ClusterFolders> {
  await mkdir(data, { recursive: true });
  return { kafka: join(data, 'kafka'), postgres: await postgresFolder(data) };
}

/** Removes what a cluster has kept. */
export async function removeClusterData(data: string): Promise<void> {
  await rm(data, { recursive: true, force: true });
  await rm(elsewhere(data), { recursive: true, force: true });
}

async function postgresFolder(data: string): Promise<string> {
  const account = await accountForServer();
  if (account === undefined || (await openToAll(resolve(data)))) return join(data, 'postgres');
  const folder = elsewhere(data);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { uid } = await stat(folder);
  // Somebody else may have put one there before.
  if (uid !== 0 && uid !== account.uid) throw new Error(`${folder} is another user's: delete it`);
  return folder;
}

function elsewhere(data: string): string {
  const name = createHash('sha256').update(resolve(data)).digest('hex').slice(0, 16);
  return join('/var/tmp', `tutti-postgres-${name}`);
}

/** Whether everybody may enter a folder and all above it. */
async function openToAll(folder: string): Promise<boolean> {
  for (let at = folder; ; at = dirname(at)) {
    if (((await stat(at)).mode & constants.S_IXOTH) === 0) return false;
    if (dirname(at) === at) return true;
  }
}
