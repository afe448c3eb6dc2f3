import { parseVerdictLine, outcomeOf, type Verdict } from '@tutti/contracts';
import { type Journal, JournalReader, recordKind } from '@tutti/runtime';
import { type Command, Option } from 'commander';
import { type Call, define, group } from '../run/define.js';
import type { Shell } from '../run/shell.js';
import { dataFolder, openJournal } from './open-journal.js';

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
  const outcome = data === undefined ? (await session.reading().outcome()).outcome : await outcomeOfFolder(data);
  output.result({ outcome }, () => output.line(outcome));
}

/** The outcome hash of a data folder's journal; holds all verdicts in memory. */
export async function outcomeOfFolder(folder: string): Promise<string> {
  const journal = openJournal(dataFolder(folder));
  try {
    const verdicts: Verdict[] = [];
    for (const stream of await journal.streams()) {
      if (/^verdicts-\d+$/.test(stream)) await collect(journal, stream, verdicts);
    }
    return outcomeOf(verdicts);
  } finally {
    await journal.close();
  }
}

async function collect(journal: Journal, stream: string, verdicts: Verdict[]): Promise<void> {
  for await (const record of new JournalReader(journal, stream).records()) {
    if (recordKind(stream, record) === 'verdict') verdicts.push(parseVerdictLine(record.line).verdict);
  }
}
