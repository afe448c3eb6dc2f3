import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** A folder for one measurement, and the way to remove it. */
export function scratch(): { folder: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'tutti-bench-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** The marketplace model, opened to unknown sources, so that a bench needs no registration. */
export function openMarketplace(): string {
  const text = readFileSync(join(root, 'examples', 'marketplace', 'marketplace.tutti.yaml'), 'utf8');
  return text.replace(/^roles:/m, 'open: [buyer, seller, carrier, support]\nroles:');
}

/** A free port on the loopback interface. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A child process that serves on a port until it is stopped. */
export interface Served {
  port: number;
  stop: () => Promise<void>;
}

/** Starts a script under this Node and resolves once `isReady` says so. */
async function serve(
  script: string,
  args: string[],
  env: Record<string, string>,
  port: number,
  isReady: () => Promise<boolean>,
): Promise<Served> {
  const child = spawn(process.execPath, [script, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  let over = false;
  const ended = new Promise<void>((resolve) => child.once('exit', () => ((over = true), resolve())));
  while (!(await isReady())) {
    if (over) throw new Error(`${script} ended before it was ready`);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return {
    port,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** A standalone backbone with the open marketplace, in a process of its own, on a data folder of its own. */
export async function serveStandalone(folder: string): Promise<Served> {
  const model = join(folder, 'marketplace.tutti.yaml');
  writeFileSync(model, openMarketplace());
  const port = await freePort();
  return serve(
    join(root, 'services', 'standalone', 'dist', 'main.js'),
    [model],
    { TUTTI_DATA: join(folder, 'data'), TUTTI_PORT: String(port), TUTTI_PARTITIONS: '4', TUTTI_TRUST: 'network' },
    port,
    async () => {
      try {
        return (await fetch(`http://127.0.0.1:${port}/health/ready`)).status === 200;
      } catch {
        return false;
      }
    },
  );
}

/** The bare Fastify route, in a process of its own. */
export async function serveBareFastify(): Promise<Served> {
  const port = await freePort();
  return serve(join(root, 'bench', 'support', 'bare-fastify.ts'), [String(port)], {}, port, async () => {
    try {
      await fetch(`http://127.0.0.1:${port}/none`);
      return true;
    } catch {
      return false;
    }
  });
}
