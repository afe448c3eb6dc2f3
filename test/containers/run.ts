import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { getContainerRuntimeClient } from 'testcontainers';

// `npm run test:containers`: the suites of the ports on Kafka, EventStoreDB and PostgreSQL in containers, of the images
// that docker-compose.yml names. Without an engine it fails: a run that tests nothing must not look like one that passes.
try {
  await getContainerRuntimeClient();
} catch (error) {
  process.stderr.write(
    `no container engine  ${error instanceof Error ? error.message : String(error)}\n` +
      '  mend   start Docker (or Podman) and say where it is, e.g. DOCKER_HOST=unix:///var/run/docker.sock\n' +
      '         without one: npm test runs the suites on a real Kafka and PostgreSQL of its own, and\n' +
      '         TUTTI_JOURNAL_URL=esdb://HOST:2113 npm run test:journal on an EventStoreDB you have\n',
  );
  process.exit(1);
}
const vitest = join(import.meta.dirname, '..', '..', 'node_modules', 'vitest', 'vitest.mjs');
const config = join(import.meta.dirname, 'vitest.config.ts');
const { status } = spawnSync(process.execPath, [vitest, 'run', '--config', config, ...process.argv.slice(2)], {
  stdio: 'inherit',
});
process.exit(status ?? 1);
