import { type ChildProcess, spawn } from 'node:child_process';

/** `cat` ends when this process does, however it ends: then the child is ended, also one that is stopped. */
const WATCH = 'cat >/dev/null; kill -9 "$1"';

/** Ends a child with this process, so that nothing is left running after a crash or a `kill -9`. */
export function endWithParent(child: ChildProcess): void {
  if (child.pid === undefined) return;
  const onExit = (): void => void child.kill('SIGKILL');
  process.once('exit', onExit);
  // In a group of its own: a terminal's Ctrl-C must not end the watch before the child.
  const watch = spawn('sh', ['-c', WATCH, 'watch', String(child.pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watch.on('error', () => {});
  watch.stdin.on('error', () => {});
  watch.unref();
  (watch.stdin as unknown as { unref(): void }).unref();
  child.once('exit', () => {
    process.removeListener('exit', onExit);
    watch.kill('SIGKILL');
  });
}
