import { JournalReader } from '@tutti/runtime';
import { openJournal as openJournalAt } from '@tutti/service';
import type { Call } from '../run/define.js';
import { columns, grouped } from '../terminal/columns.js';
import { copyJournal } from './copy-journal.js';
import { dataFolder, openJournal, requireStream } from './open-journal.js';

export interface CatOptions {
  data?: string;
  from: number;
  limit?: number;
  number?: boolean;
}

export async function cat({ output, options, args, signal }: Call<CatOptions>): Promise<void> {
  const [stream] = args as [string];
  const journal = openJournal(dataFolder(options.data));
  try {
    await requireStream(journal, stream);
    let count = 0;
    for await (const { revision, line } of new JournalReader(journal, stream).records(options.from)) {
      const text = line.toString('utf8');
      // The bytes as they are: this is for programs.
      if (output.json) output.raw(`{"stream":${JSON.stringify(stream)},"revision":${revision},"record":${text}}\n`);
      else output.raw(options.number === true ? `${revision}\t${text}\n` : `${text}\n`);
      count++;
      if (count === options.limit || signal.aborted) return;
    }
  } finally {
    await journal.close();
  }
}

export interface CopyOptions {
  data?: string;
  from?: string;
  to: string;
}

export async function copy({ output, options }: Call<CopyOptions>): Promise<void> {
  const from = options.from === undefined ? openJournal(dataFolder(options.data)) : await openJournalAt(options.from);
  try {
    const to = await openJournalAt(options.to);
    try {
      const streams = await copyJournal(from, to, ({ stream, blocks, revision }) =>
        output.remark(`${stream}  ${grouped(blocks)} blocks, up to revision ${grouped(revision)}`),
      );
      const blocks = streams.reduce((sum, one) => sum + one.blocks, 0);
      output.result({ streams }, () =>
        output.line(
          blocks === 0
            ? 'nothing to copy: all of it is there'
            : `copied ${grouped(blocks)} blocks of ${streams.length} streams`,
        ),
      );
    } finally {
      await to.close();
    }
  } finally {
    await from.close();
  }
}

export async function list({ output, options }: Call<{ data?: string }>): Promise<void> {
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
