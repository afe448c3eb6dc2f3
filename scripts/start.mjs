// `npm start`: sets up, then runs the main job under Node 24. `npm start -- --fresh | --port N | --data DIR`.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { environment, node, root, setup } from './setup.mjs';

setup();
const child = spawn(
  node(),
  ['--max-semi-space-size=64', join(root, 'examples', 'hospital', 'start.ts'), ...process.argv.slice(2)],
  {
    cwd: root,
    stdio: 'inherit',
    env: environment(),
  },
);
// The child drains; this process waits for it and ends as it does.
process.on('SIGINT', () => {}); // a terminal sends it to the child as well
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('exit', (code, signal) => process.exit(code ?? (signal === null ? 1 : 130)));
