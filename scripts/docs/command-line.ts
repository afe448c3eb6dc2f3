import type { Command } from 'commander';
import { buildProgram } from '../../libs/cli/dist/program.js';
import { GENERATED, head, row } from './project.ts';

const INTRODUCTION = `# Command line

\`npx tutti\` in a clone. Verbs first for what people do daily (\`decide\`, \`tail\`, \`explain\`), noun and verb for what they administer (\`model diff\`, \`participant add\`).

- Colour only on a terminal; \`NO_COLOR\` switches it off.
- \`--json\` gives one object, or one per line when streaming.
- An error says its code, what, where and how to mend it; \`tutti help CODE\` says more.

## Exit codes

| | |
| --- | --- |
| 0 | done |
| 1 | the answer is no: rejected, check failed, differs |
| 2 | usage |
| 3 | cannot reach the backbone |
| 4 | not allowed |
| 5 | unknown outcome: timed out; the same id may be sent again |
`;

const SILENT = { write: () => true };

/** \`cli.md\` */
export function commandLinePage(): string {
  const program = buildProgram({
    stdout: SILENT,
    stderr: SILENT,
    env: {},
    signal: new AbortController().signal,
    exitCode: 0,
  });
  const commands = leaves(program, 'tutti');
  let page = `${GENERATED}${INTRODUCTION}\n## Everywhere\n\n${optionsTable(sharedOf(commands[0]!.command))}\n## Commands\n\n${head('', '')}`;
  for (const { name, command } of commands) page += row(`[\`${name}\`](#${anchor(name, command)})`, command.summary());
  for (const { name, command } of commands) page += section(name, command);
  return page;
}

interface Leaf {
  name: string;
  command: Command;
}

function leaves(command: Command, name: string): Leaf[] {
  return command.commands.flatMap((one) => {
    const full = `${name} ${one.name()}`;
    return one.commands.length === 0 ? [{ name: full, command: one }] : leaves(one, full);
  });
}

function section(name: string, command: Command): string {
  const usage = argumentsOf(command);
  const [, ...more] = command.description().split('\n\n');
  const own = command.options.filter((option) => !isShared(option));
  let text = `\n### ${name}${usage}\n\n${sentence(command.summary())}${more.length === 0 ? '' : ` ${more.join('\n\n')}`}\n`;
  if (own.length > 0) text += `\n${optionsTable(own)}`;
  const examples = examplesOf(command);
  if (examples !== '') text += `\n\`\`\`sh\n${examples}\n\`\`\`\n`;
  return text;
}

type CommandOption = Command['options'][number];

function isShared(option: CommandOption): boolean {
  return option.helpGroupHeading !== undefined;
}

function sharedOf(command: Command): CommandOption[] {
  return command.options.filter((option) => isShared(option));
}

function optionsTable(options: readonly CommandOption[]): string {
  let table = head('Option', '', '');
  for (const { flags, description, envVar, defaultValueDescription, defaultValue, argChoices } of options) {
    const given = defaultValueDescription ?? (defaultValue === undefined ? undefined : JSON.stringify(defaultValue));
    const notes = [
      ...(argChoices === undefined ? [] : [`one of ${argChoices.join(', ')}`]),
      ...(given === undefined ? [] : [`default ${given}`]),
      ...(envVar === undefined ? [] : [`or \`$${envVar}\``]),
    ];
    table += row(`\`${flags}\``, description, notes.join('; '));
  }
  return table;
}

function argumentsOf(command: Command): string {
  return command.registeredArguments
    .map((one) => {
      const name = `${one.name()}${one.variadic ? '...' : ''}`;
      return one.required ? ` <${name}>` : ` [${name}]`;
    })
    .join('');
}

/** Examples stand in the help only; it is asked for without its wrapping. */
function examplesOf(command: Command): string {
  let help = '';
  command.configureOutput({ writeOut: (text) => void (help += text) });
  command.outputHelp();
  const [, examples = ''] = help.split('\nExamples:\n');
  return examples
    .split('\n')
    .filter((line) => line.startsWith('  $ '))
    .map((line) => line.slice(4))
    .join('\n');
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.?!]$/.test(text) ? '' : '.'}`;
}

/** As GitHub makes the anchor of a heading. */
function anchor(name: string, command: Command): string {
  return `${name}${argumentsOf(command)}`
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');
}
