import { type Command, Option } from 'commander';
import { type Call, define, group } from '../run/define.js';
import type { Shell } from '../run/shell.js';

/** `tutti audit …` */
export function auditCommand(program: Command, shell: Shell): void {
  const audit = group(program, 'audit', 'prove and compare what was decided');
  define<{ data?: string }>(audit, shell, {
    line: 'outcome',
    summary: 'the outcome hash: what was decided on every subject, in one SHA-256',
    description:
      'From a running backbone, or from a data folder. Comparable where the model has no decisions by the clock, `at`,\npolicies or standings.',
    options: [new Option('--data <dir>', 'read this data folder instead of asking a backbone')],
    action: showOutcome,
  });
}

async function showOutcome({ session, output, options }: Call<{ data?: string }>): Promise<void> {
  const { data } = options;
  const outcome =
    data === undefined
      ? (await session.reading().outcome()).outcome
      : await (await import('./outcome-of-folder.js')).outcomeOfFolder(data);
  output.result({ outcome }, () => output.line(outcome));
}
