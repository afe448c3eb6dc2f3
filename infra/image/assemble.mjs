// What the image holds besides node_modules: of every package what it would publish (`files` of its manifest).
// `node infra/image/assemble.mjs FOLDER`, after `npx tsc -b`; then `npm ci --omit=dev` in FOLDER.
import { cpSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Packages whose manifest the lock file needs, and that nobody runs in production. */
const MANIFEST_ONLY = new Set(['libs/testing']);

/**
 * Copies it.
 *
 * @param {string} to folder, made where it is missing
 */
export function assemble(to) {
  const copy = (path) => {
    const target = join(to, path);
    mkdirSync(dirname(target), { recursive: true });
    cpSync(join(root, path), target, { recursive: true, filter: (from) => !/\.tsbuildinfo$|\.d\.ts$/.test(from) });
  };
  const { workspaces } = manifest('.');
  for (const path of ['package.json', 'package-lock.json', '.npmrc', 'LICENSE', 'infra/image']) copy(path);
  withoutNode(to);
  for (const folder of globSync(workspaces, { cwd: root }).toSorted()) {
    const own = manifest(folder);
    if (own === undefined) continue;
    copy(join(folder, 'package.json'));
    if (MANIFEST_ONLY.has(folder)) continue;
    for (const part of own.files ?? []) copy(join(folder, part));
  }
}

/** The packages that bring a Node along are for machines with an older one, and half of all bytes; an image has its own. */
function withoutNode(to) {
  const edit = (name, change) => {
    const path = join(to, name);
    const content = JSON.parse(readFileSync(path, 'utf8'));
    change(content);
    writeFileSync(path, `${JSON.stringify(content, null, 2)}\n`);
  };
  const names = Object.keys(manifest('.').optionalDependencies);
  edit('package.json', (content) => delete content.optionalDependencies);
  edit('package-lock.json', ({ packages }) => {
    delete packages[''].optionalDependencies;
    for (const name of names) delete packages[`node_modules/${name}`];
  });
}

/** A folder's package.json; undefined where it is no package (`libs/adapters` holds some). */
function manifest(folder) {
  try {
    return JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , folder] = process.argv;
  if (folder === undefined) throw new Error('name the folder: node infra/image/assemble.mjs FOLDER');
  assemble(folder);
}
