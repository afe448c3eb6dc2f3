// `npm run cluster`: sets up, then runs the main job on many processes: real Kafka, real PostgreSQL, the three services.
// `npm run cluster -- --once | --fresh | --contracts N | --projections N | --partitions N | --port N | --data DIR`.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { environment, node, root, setup } from './setup.mjs';

setup();
// A harmless one of kafkajs.
const options = ['--disable-warning=TimeoutNegativeWarning'];
const child = spawn(node(), [...options, join(root, 'scripts', 'cluster', 'run.ts'), ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
  env: environment(),
});
// The child stops what it started; this process waits for it and ends as it does.
process.on('SIGINT', () => {}); // a terminal sends it to the child as well
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('exit', (code, signal) => process.exit(code ?? (signal === null ? 1 : 130)));
