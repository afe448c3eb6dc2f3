import { pino } from 'pino';
import { isLoopback } from '@tutti/contract-service';
import { TuttiError } from '@tutti/kernel';
import { type Configuration, readConfiguration } from './configuration/read-configuration.js';
import { describeNews, describeStart } from './describe.js';
import { showError } from '@tutti/service';
import { type Standalone, startStandalone } from './standalone.js';

/** How long a shutdown may take before it is cut off; what was not journaled by then was not acknowledged either. */
const DRAIN_MS = 30_000;

async function start(): Promise<void> {
  const configuration = readConfiguration(process.env, process.argv[2]);
  const { log, ...options } = configuration;
  const watch = configuration.watch ?? isLoopback(configuration.host);
  const standalone = await startStandalone({
    ...options,
    watch,
    logger: pino({ level: log }, process.stderr),
    onModel: (news) => {
      const said = describeNews(news);
      if (said !== '') console.error(said);
    },
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => void drain(standalone, configuration));
  for (const line of describeStart(standalone, { ...configuration, watch })) console.log(line);
}

async function drain(standalone: Standalone, { data, model }: Configuration): Promise<void> {
  // A second signal does not wait.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(130));
  setTimeout(() => {
    console.error(`drain-timeout  not everything could be closed within ${DRAIN_MS / 1000} s`);
    process.exit(1);
  }, DRAIN_MS).unref();
  await standalone.close();
  const kept = data === ':memory:' ? 'nothing is kept' : `everything is kept in ${data}; start it again to go on`;
  console.log(`stopped ${model ?? ''}`.trim(), `  ${kept}`);
  process.exit(0);
}

try {
  await start();
} catch (error) {
  console.error(showError(error));
  process.exit(error instanceof TuttiError && error.code === 'config-invalid' ? 2 : 1);
}
