// Runs on the system's Node (20 and up) with built-ins only: makes a fresh clone ready, then names the Node to go on with.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = join(root, 'node_modules', '.bin');
const windows = process.platform === 'win32';

/** Runs a command in the project's root; ends this process with the command's exit code if it fails. */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit', shell: windows, ...options });
  if (result.error) {
    process.stderr.write(`tutti: ${command} could not be started: ${result.error.message}\n`);
    process.exit(1);
  }
  if (result.status !== 0) process.exit(result.status ?? 1);
}

/** Environment in which `node` is the Node 24 that the lock file pins. */
export function environment(extra = {}) {
  const separator = windows ? ';' : ':';
  return { ...process.env, PATH: `${bin}${separator}${process.env.PATH ?? ''}`, ...extra };
}

/** Installs if `node_modules` is absent or older than the lock file, then builds. Says what it does, a line each. */
export function setup() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 20) {
    process.stderr.write(
      `tutti: node-too-old  Node ${process.versions.node} is older than 20; install Node 20 or later.\n`,
    );
    process.exit(1);
  }
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const stamp = join(root, 'node_modules', '.tutti-installed');
  const found = existsSync(stamp) ? readFileSync(stamp, 'utf8') : '';
  if (found !== wanted) {
    process.stdout.write('tutti  installing the pinned packages (npm ci) …\n');
    rmSync(stamp, { force: true });
    run('npm', ['ci', '--loglevel=error']);
    writeFileSync(stamp, wanted);
  }
  process.stdout.write('tutti  building (tsc -b) …\n');
  run(join(bin, 'tsc'), ['-b'], { env: environment() });
}

/** The Node 24 that came with the packages; else the system's, if that is 24 or later. */
export function node() {
  const path = join(bin, windows ? 'node.cmd' : 'node');
  if (existsSync(path)) return path;
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  process.stderr.write(
    `tutti: node-24-needed  no packaged Node 24 for ${process.platform}-${process.arch}, and the system's is ${process.versions.node}; install Node 24.\n`,
  );
  process.exit(1);
}
