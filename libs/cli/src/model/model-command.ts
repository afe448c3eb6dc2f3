import { type Command, Option } from 'commander';
import { countOption, define, group } from '../run/define.js';
import type { Shell } from '../run/shell.js';
import type { PublishOptions } from './model-actions.js';

/** Loaded when one of them is called: the compiler of models takes longer to load than all else together. */
const actions = (): Promise<typeof import('./model-actions.js')> => import('./model-actions.js');

/** `tutti model …` */
export function modelCommand(program: Command, shell: Shell): void {
  const model = group(program, 'model', 'check, test, compare and publish the model');
  define<object>(model, shell, {
    line: 'check [file]',
    summary: 'errors with line, column and remedy; needs no backbone',
    description: 'Without a file: the only *.tutti.yaml of this folder. Exit code 1 where it has errors.',
    action: async (call) => (await actions()).check(call),
  });
  define<{ tests?: string }>(model, shell, {
    line: 'test [file]',
    summary: 'run its tests file; needs no backbone',
    options: [new Option('--tests <file>', 'default: NAME.tests.yaml beside NAME.tutti.yaml')],
    action: async (call) => (await actions()).test(call),
  });
  define<object>(model, shell, {
    line: 'diff [file]',
    summary: 'typed differences to the model published',
    description: 'Exit code 1 where there are any.',
    action: async (call) => (await actions()).diff(call),
  });
  define<PublishOptions>(model, shell, {
    line: 'publish [file]',
    summary: 'publish it: in force from the next epoch, subjects under way keep theirs',
    options: [
      new Option('--because <text>', 'why; goes on record').makeOptionMandatory(),
      new Option('--breaking', 'although it breaks somebody'),
      new Option('--if-revision <n>', 'only if that is the latest; default: the one read just before').argParser(
        countOption(0),
      ),
    ],
    examples: ['tutti model publish --because "insured parcels"'],
    action: async (call) => (await actions()).publish(call),
  });
}
