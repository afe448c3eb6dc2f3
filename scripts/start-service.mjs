// `npm run start:contract` and its like: sets up, then runs one service of many machines under Node 24.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { environment, node, root, setup } from './setup.mjs';

const [, , service, ...rest] = process.argv;
setup();
const child = spawn(node(), ['--max-semi-space-size=64', join(root, 'services', service, 'dist', 'main.js'), ...rest], {
  cwd: root,
  stdio: 'inherit',
  env: environment(),
});
// The child drains; this process waits for it and ends as it does. A second signal reaches it as well.
process.on('SIGINT', () => {}); // a terminal sends it to the child as well
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('exit', (code, signal) => process.exit(code ?? (signal === null ? 1 : 130)));
