import { TuttiError } from '@tutti/kernel';
import type { Command } from 'commander';
import { type Call, define } from '../run/define.js';
import type { Shell } from '../run/shell.js';
import { closest } from '../terminal/closest.js';
import { columns, wrapped } from '../terminal/columns.js';
import type { Output } from '../terminal/output.js';
import type { CodeEntry } from './code-pages.js';

/** `tutti help [CODE | COMMAND]` */
export function helpCommand(program: Command, shell: Shell): void {
  program.helpCommand(false);
  define<object>(program, shell, {
    line: 'help [words...]',
    summary: 'what a code or a command means: tutti help conflict',
    description: 'Without a word: the commands. `tutti help codes` lists every code there is.',
    action: (call) => help(program, call),
  });
}

async function help(program: Command, { output, args }: Call<object>): Promise<void> {
  const words = (args[0] as string[] | undefined) ?? [];
  if (words.length === 0) {
    output.raw(program.helpInformation());
    return;
  }
  const [word] = words as [string];
  const { allCodes, codeEntries, nearestCode } = await import('./code-pages.js');
  if (word === 'codes' && words.length === 1) {
    const codes = allCodes();
    output.result({ codes: codes.map((code) => codeEntries(code)) }, () => {
      for (const line of columns(codes.map((code) => [code, codeEntries(code)[0]!.title]))) output.line(line);
    });
    return;
  }
  const entries = words.length === 1 ? codeEntries(word) : [];
  if (entries.length > 0) {
    output.result({ code: word, meanings: entries }, () => entries.forEach((entry) => showEntry(output, entry)));
    return;
  }
  const command = commandOf(program, words);
  if (command === undefined) throw unknown(program, words, nearestCode(words.join(' ')));
  output.raw(command.helpInformation());
}

function showEntry(output: Output, entry: CodeEntry): void {
  const { red, dim, bold } = output.colours;
  const { code, title, occurs, status, retryable, meaning, mend } = entry;
  output.line(`${red(code)}   ${bold(title)}`);
  const width = Math.min(100, output.width) - 12;
  const say = (name: string, text: string): void => {
    wrapped(text, width).forEach((line, index) =>
      output.line(`  ${dim((index === 0 ? name : '').padEnd(8))}  ${line}`),
    );
  };
  say('occurs', status === undefined ? occurs : `${occurs} (HTTP ${status})`);
  say('means', meaning);
  say('mend', mend);
  if (retryable !== undefined) {
    say(
      'retry',
      retryable ? 'the same decision, with the same id, may succeed later' : 'the same again gives the same answer',
    );
  }
  output.line();
}

function commandOf(program: Command, words: readonly string[]): Command | undefined {
  let command: Command | undefined = program;
  for (const word of words) {
    command = command.commands.find((one) => one.name() === word || one.aliases().includes(word));
    if (command === undefined) return undefined;
  }
  return command;
}

function unknown(program: Command, words: readonly string[], nearest: string | undefined): TuttiError {
  const word = words.join(' ');
  const near =
    nearest ??
    closest(
      word,
      program.commands.map((command) => command.name()),
    );
  return new TuttiError('not-found', `there is no code and no command ${word}`, {
    mend: near === undefined ? 'list them: tutti help codes' : `did you mean \`tutti help ${near}\`?`,
  });
}
