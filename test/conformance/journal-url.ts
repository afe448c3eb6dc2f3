import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { showError } from '@tutti/service';
import { kindOf } from './journal-kind.ts';

// `npm run test:journal`: the suite every journal must pass, on the one that TUTTI_JOURNAL_URL names. A server that is
// away fails it; so does a URL that is missing, as a run that tests nothing must not look like one that passes.
try {
  kindOf(process.env['TUTTI_JOURNAL_URL']);
} catch (error) {
  process.stderr.write(`${showError(error)}\n`);
  process.exit(1);
}
const vitest = join(import.meta.dirname, '..', '..', 'node_modules', 'vitest', 'vitest.mjs');
const config = join(import.meta.dirname, 'vitest.config.ts');
const { status } = spawnSync(process.execPath, [vitest, 'run', '--config', config, ...process.argv.slice(2)], {
  stdio: 'inherit',
});
process.exit(status ?? 1);
