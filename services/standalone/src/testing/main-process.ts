import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** The built main, in a process of its own. */
export interface MainProcess {
  child: ChildProcess;
  /** Everything printed so far on standard output and error. */
  printed(): string;
  /** Resolves with the match once what was printed matches; rejects if the process ends first. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  /** Exit code. */
  ended: Promise<number | null>;
  stop(): Promise<number | null>;
}

/** @param uid user to run it as; default: this one */
export function runMain(args: readonly string[], env: Record<string, string>, uid?: number): MainProcess {
  const child = spawn(process.execPath, [main, ...args], {
    env: { PATH: process.env['PATH'], TUTTI_PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid !== undefined && { uid, gid: uid }),
  });
  let text = '';
  const waiting = new Set<() => void>();
  const take = (bytes: Buffer): void => {
    text += bytes.toString();
    for (const look of waiting) look();
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  let over = false;
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      over = true;
      for (const look of waiting) look();
      resolve(code);
    });
  });
  return {
    child,
    printed: () => text,
    ended,
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = pattern.exec(text);
          if (found === null && !over) return;
          waiting.delete(look);
          if (found === null) reject(new Error(`it ended without saying ${String(pattern)}:\n${text}`));
          else resolve(found);
        };
        waiting.add(look);
        look();
      }),
    stop: () => {
      child.kill('SIGTERM');
      return ended;
    },
  };
}
