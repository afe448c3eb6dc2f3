import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const main = join(root, 'services', 'standalone', 'dist', 'main.js');

/** A free port on the loopback interface. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** A standalone backbone in a process of its own, as operators run it. */
export interface ServerProcess {
  url: string;
  child: ChildProcess;
  /** Everything it has printed so far. */
  output(): string;
  /** Ends it at once, as `kill -9` does, and waits until it is gone. */
  kill(): Promise<void>;
  /** Asks it to drain (SIGTERM) and gives its exit code. */
  stop(): Promise<number | null>;
  /** Exit code, once it has ended. */
  ended: Promise<number | null>;
}

/** Starts the process; does not wait until it is ready. */
export function spawnServer(options: {
  model: string;
  data: string;
  port: number;
  env?: Record<string, string>;
}): ServerProcess {
  const child = spawn(process.execPath, [main, options.model], {
    env: {
      ...process.env,
      TUTTI_DATA: options.data,
      TUTTI_PORT: String(options.port),
      TUTTI_HOST: '127.0.0.1',
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  child.stdout!.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  child.stderr!.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  return {
    url: `http://127.0.0.1:${options.port}`,
    child,
    output: () => printed,
    ended,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    async stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

/** Resolves when the server says it is ready; rejects with its output if it ends first. */
export async function ready(server: ServerProcess): Promise<void> {
  let over = false;
  void server.ended.then(() => (over = true));
  for (;;) {
    if (over) throw new Error(`the server ended before it was ready:\n${server.output()}`);
    try {
      const response = await fetch(`${server.url}/health/ready`, { signal: AbortSignal.timeout(2_000) });
      await response.arrayBuffer();
      if (response.status === 200) return;
    } catch {
      // Not listening yet.
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}
