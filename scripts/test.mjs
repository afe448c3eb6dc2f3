// `npm test`: sets up, then checks style and types, then runs every test.
import { join } from 'node:path';
import { environment, root, run, setup } from './setup.mjs';

setup();
const bin = join(root, 'node_modules', '.bin');
const env = environment();
run(join(bin, 'oxlint'), ['--deny-warnings'], { env });
run(join(bin, 'prettier'), ['--check', '--log-level=warn', '.'], { env });
run(join(bin, 'tsc'), ['-p', 'tsconfig.check.json'], { env });
run(join(bin, 'vitest'), ['run', ...process.argv.slice(2)], { env });
