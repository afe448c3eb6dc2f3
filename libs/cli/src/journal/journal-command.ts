import { JournalReader } from '@tutti/runtime';
import { type Command, Option } from 'commander';
import { type Call, countOption, define, group } from '../run/define.js';
import type { Shell } from '../run/shell.js';
import { columns, grouped } from '../terminal/columns.js';
import { dataFolder, openJournal, requireStream } from './open-journal.js';

interface CatOptions {
  data?: string;
  from: number;
  limit?: number;
  number?: boolean;
}

/** `tutti journal …` */
export function journalCommand(program: Command, shell: Shell): void {
  const journal = group(program, 'journal', 'read the journal itself, from a data folder');
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
    action: cat,
  });
  define<{ data?: string }>(journal, shell, {
    line: 'ls',
    summary: 'streams and their last revisions',
    options: [data],
    action: list,
  });
}

async function cat({ output, options, args, signal }: Call<CatOptions>): Promise<void> {
  const [stream] = args as [string];
  const journal = openJournal(dataFolder(options.data));
  try {
    await requireStream(journal, stream);
    let count = 0;
    for await (const { revision, line } of new JournalReader(journal, stream).records(options.from)) {
      const text = line.toString('utf8');
      if (output.json) output.line(`{"stream":${JSON.stringify(stream)},"revision":${revision},"record":${text}}`);
      else output.line(options.number === true ? `${revision}\t${text}` : text);
      count++;
      if (count === options.limit || signal.aborted) return;
    }
  } finally {
    await journal.close();
  }
}

async function list({ output, options }: Call<{ data?: string }>): Promise<void> {
  const folder = dataFolder(options.data);
  const journal = openJournal(folder);
  try {
    const streams: { stream: string; revision: number; term: number }[] = [];
    for (const stream of await journal.streams()) {
      const block = await journal.last(stream);
      if (block !== undefined) streams.push({ stream, revision: block.first + block.count - 1, term: block.term });
    }
    output.result({ data: folder, streams }, () => {
      const rows = streams.map((one) => [one.stream, grouped(one.revision), String(one.term)]);
      const [head, ...lines] = columns([['stream', 'last revision', 'term'], ...rows], 3);
      output.line(output.colours.dim(head!));
      for (const line of lines) output.line(line);
    });
  } finally {
    await journal.close();
  }
}
