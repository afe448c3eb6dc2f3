import { type Command, Option } from 'commander';
import { countOption, define, group } from '../run/define.js';
import type { Shell } from '../run/shell.js';
import type { CatOptions, CopyOptions } from './journal-actions.js';

const actions = (): Promise<typeof import('./journal-actions.js')> => import('./journal-actions.js');

/** `tutti journal …` */
export function journalCommand(program: Command, shell: Shell): void {
  const journal = group(program, 'journal', 'read the journal itself, or copy it');
  const data = new Option('--data <dir>', 'data folder; default: $TUTTI_DATA, else .tutti');
  define<CatOptions>(journal, shell, {
    line: 'cat <stream>',
    summary: 'records of a stream, one JSON text a line, as they are in the journal',
    description: 'Reads only, and works beside a running backbone. --json puts each record beside its revision.',
    options: [
      data,
      new Option('--from <revision>', 'begin there').default(0).argParser(countOption(0)),
      new Option('-n, --limit <n>', 'stop after so many').argParser(countOption(1)),
      new Option('--number', 'put the revision before each'),
    ],
    examples: ['tutti journal cat verdicts-0 --from 1200', 'tutti journal cat control'],
    action: async (call) => (await actions()).cat(call),
  });
  define<{ data?: string }>(journal, shell, {
    line: 'ls',
    summary: 'streams and their last revisions',
    options: [data],
    action: async (call) => (await actions()).list(call),
  });
  define<CopyOptions>(journal, shell, {
    line: 'copy',
    summary: 'copy a journal to another engine, block by block, while nothing runs on either',
    description:
      'How a space moves from one machine to many: docs/how-to/from-one-machine-to-many.md. Run again it goes on where it ended.',
    options: [
      data,
      new Option('--from <url>', 'copy from this journal instead: esdb://… or postgres://…'),
      new Option('--to <url>', 'where to: esdb://… or postgres://…, empty or an earlier copy').makeOptionMandatory(),
    ],
    examples: ['tutti journal copy --data .tutti --to postgres://tutti@127.0.0.1/tutti'],
    action: async (call) => (await actions()).copy(call),
  });
}
