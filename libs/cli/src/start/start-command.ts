import type { Configuration, Standalone, StandaloneOptions } from '@tutti/standalone';
import { TuttiError } from '@tutti/kernel';
import { type Command, Option } from 'commander';
import { onlyModel } from '../model/only-model.js';
import { type Call, countOption, define } from '../run/define.js';
import type { Shell } from '../run/shell.js';
import { EXIT, type ExitCode } from '../terminal/exit-code.js';
import type { Output } from '../terminal/output.js';
import { problemLines } from '../terminal/show-problem.js';

interface StartOptions {
  data?: string;
  port?: number;
  fresh?: boolean;
}

/** How long a shutdown may take before it is cut off; what was not journaled by then was not acknowledged either. */
const DRAIN_MS = 30_000;

/** `tutti start` */
export function startCommand(program: Command, shell: Shell): void {
  define<StartOptions>(program, shell, {
    line: 'start [model]',
    summary: 'the whole backbone in one process, on SQLite; publishes the model when it is saved',
    description:
      'Without a model: the only *.tutti.yaml of this folder, else what was published before.\nWhere it runs is configured by TUTTI_ variables too: TUTTI_DATA, TUTTI_HOST, TUTTI_PORT, TUTTI_TRUST and others.',
    options: [
      new Option('--data <dir>', 'data folder, or :memory:; default: $TUTTI_DATA, else .tutti'),
      new Option('--port <n>', '0: any free one; default: $TUTTI_PORT, else 4400 or the next free one').argParser(
        countOption(0, 65_535),
      ),
      new Option('--fresh', 'forget what the data folder holds'),
    ],
    examples: ['tutti start marketplace.tutti.yaml', 'tutti start --data ./data --port 4400'],
    action: start,
  });
}

async function start({ output, options, args, signal }: Call<StartOptions>): Promise<ExitCode> {
  // Loaded here: no other command needs the services.
  const { describeNews, describeStart, isLoopback, readConfiguration } = await import('@tutti/standalone');
  const configuration = configurationOf(
    readConfiguration(process.env, modelOf(args[0] as string | undefined)),
    options,
  );
  if (options.fresh === true) await (await import('./empty-data-folder.js')).emptyDataFolder(configuration.data);
  const { log, ...where } = configuration;
  const watch = configuration.watch ?? isLoopback(configuration.host);
  const { pino } = await import('pino');
  const standalone = await startShowing(output, {
    ...where,
    watch,
    logger: pino({ level: log }, process.stderr),
    onModel: (news) => {
      const said = describeNews(news);
      if (said !== '') output.complain(said);
    },
  });
  output.result({ url: standalone.url, data: configuration.data, open: standalone.open }, () => {
    for (const line of describeStart(standalone, { ...configuration, watch })) output.line(line);
    output.line(`  stop      Ctrl-C`);
  });
  await aborted(signal);
  return drain(standalone, configuration.data, (text) => output.remark(text));
}

/** Starts it; where the model has errors, each is shown with its place. */
async function startShowing(output: Output, options: StandaloneOptions): Promise<Standalone> {
  const { ModelInvalidError, startStandalone } = await import('@tutti/standalone');
  try {
    return await startStandalone(options);
  } catch (error) {
    if (error instanceof ModelInvalidError && !output.json) {
      for (const problem of error.problems) {
        for (const line of problemLines(problem, error.yaml, output.errorColours)) output.complain(line);
      }
    }
    throw error;
  }
}

function configurationOf(configuration: Configuration, { data, port }: StartOptions): Configuration {
  return {
    ...configuration,
    ...(data === undefined ? {} : { data }),
    ...(port === undefined ? {} : { port, orNextFree: false }),
  };
}

/** The model named, `$TUTTI_MODEL`, or the only one here; none is all right. */
function modelOf(named: string | undefined): string | undefined {
  if (named !== undefined || (process.env['TUTTI_MODEL'] ?? '') !== '') return named;
  try {
    return onlyModel('.');
  } catch (error) {
    if (error instanceof TuttiError && !error.message.includes('several')) return undefined;
    throw error;
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

async function drain(standalone: Standalone, data: string, say: (text: string) => void): Promise<ExitCode> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new TuttiError('drain-timeout', `not everything could be closed within ${DRAIN_MS / 1000} s`)),
      DRAIN_MS,
    );
  });
  try {
    await Promise.race([standalone.close(), tooLong]);
  } finally {
    clearTimeout(timer);
  }
  say(
    `stopped   ${data === ':memory:' ? 'nothing is kept' : `everything is kept in ${data}; start it again to go on`}`,
  );
  return EXIT.done;
}
