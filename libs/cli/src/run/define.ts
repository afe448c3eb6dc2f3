import { type Command, InvalidArgumentError, Option } from 'commander';
import { Session, type ConnectionOptions } from '../session/session.js';
import { EXIT, type ExitCode, exitCodeOf } from '../terminal/exit-code.js';
import { Output } from '../terminal/output.js';
import { showError } from '../terminal/show-error.js';
import { parseSpan } from '../terminal/spans.js';
import type { Shell } from './shell.js';

/** What an action gets besides its own options. */
export interface Call<O> {
  session: Session;
  output: Output;
  options: O & ConnectionOptions;
  /** Positional arguments; repeated ones come as a list. */
  args: (string | string[] | undefined)[];
  /** Aborted at Ctrl-C, which then no longer ends the process: whoever reads it must. */
  readonly signal: AbortSignal;
}

/** What a command does. Without a code it is done. */
export type Action<O> = (call: Call<O>) => Promise<ExitCode | void>;

export interface Definition<O> {
  /** `decide <type> <subject> [values...]` */
  line: string;
  summary: string;
  /** Lines for people, shown above the options. */
  description?: string;
  /** Own options; all are optional unless made mandatory. */
  options?: readonly Option[];
  /** Commands to copy. */
  examples?: readonly string[];
  action: Action<O>;
}

/** Adds a command with the options that every command has. */
export function define<O>(parent: Command, shell: Shell, definition: Definition<O>): Command {
  const { line, summary, description, options = [], examples = [], action } = definition;
  const command = parent.command(line).summary(summary);
  command.description(description === undefined ? summary : `${summary}\n\n${description}`);
  for (const option of options) command.addOption(option);
  for (const option of sharedOptions()) command.addOption(option);
  if (examples.length > 0)
    command.addHelpText('after', `\nExamples:\n${examples.map((one) => `  $ ${one}`).join('\n')}`);
  command.action(async (...given: unknown[]) => {
    const own = given.at(-2) as O & ConnectionOptions & { json?: boolean; quiet?: boolean };
    const { stdout, stderr, env } = shell;
    const output = new Output({ json: own.json ?? false, quiet: own.quiet ?? false, stdout, stderr, env });
    const session = new Session(output, own);
    const args = given.slice(0, -2) as (string | string[] | undefined)[];
    const call: Call<O> = {
      session,
      output,
      options: own,
      args,
      get signal() {
        return shell.signal;
      },
    };
    try {
      shell.exitCode = (await action(call)) ?? EXIT.done;
    } catch (error) {
      showError(output, error);
      shell.exitCode = exitCodeOf(error);
    } finally {
      await session.close();
    }
  });
  return command;
}

/** A group of commands: `tutti model …`. */
export function group(parent: Command, name: string, summary: string): Command {
  return parent.command(name).summary(summary).description(summary).helpCommand(false);
}

function sharedOptions(): Option[] {
  return [
    new Option('--url <url>', 'where the backbone is').env('TUTTI_URL').helpGroup(SHARED),
    new Option('--as <id>', 'participant to act as').env('TUTTI_AS').helpGroup(SHARED),
    new Option('--key <file>', "that participant's private key: decisions are signed")
      .env('TUTTI_KEY')
      .helpGroup(SHARED),
    new Option('--token <token>', "that participant's token").env('TUTTI_TOKEN').helpGroup(SHARED),
    new Option('--timeout <span>', 'how long to try: 500ms, 5s, 1m')
      .default(undefined, '5s')
      .argParser(spanOption)
      .helpGroup(SHARED),
    new Option('--json', 'one JSON object, or one a line when streaming').helpGroup(SHARED),
    new Option('--quiet', 'nothing but the result').helpGroup(SHARED),
  ];
}

const SHARED = 'Everywhere:';

/** A span as an option's value, milliseconds. */
export function spanOption(text: string): number {
  const span = parseSpan(text);
  if (span === undefined || span === 0) throw new InvalidArgumentError('write it as 500ms, 5s, 1m, 2h');
  return span;
}

/** A whole number from `least` to `most` as an option's value. */
export function countOption(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(
      most === Number.MAX_SAFE_INTEGER ? `a whole number, ${least} or more` : `a whole number from ${least} to ${most}`,
    );
  };
}

/** A list in one option: `a,b`. */
export function listOption(text: string): string[] {
  const items = text.split(',').map((item) => item.trim());
  if (items.every((item) => item !== '')) return items;
  throw new InvalidArgumentError('write it as a,b,c');
}
