import { isLoopback } from '@tutti/contract-service';
import { type Running, runProcess } from '@tutti/service';
import { pino } from 'pino';
import { readConfiguration } from './configuration/read-configuration.js';
import { describeNews, describeStart } from './describe.js';
import { startStandalone } from './standalone.js';

async function start(): Promise<Running> {
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
  const { data, model } = configuration;
  return {
    lines: describeStart(standalone, { ...configuration, watch }),
    close: async () => {
      await standalone.close();
      const kept = data === ':memory:' ? 'nothing is kept' : `everything is kept in ${data}; start it again to go on`;
      return `${`stopped ${model ?? ''}`.trim()}   ${kept}`;
    },
  };
}

await runProcess(start);
