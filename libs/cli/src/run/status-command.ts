import type { Status } from '@tutti/client/admin';
import type { Command } from 'commander';
import { columns, grouped } from '../terminal/columns.js';
import { EXIT, type ExitCode } from '../terminal/exit-code.js';
import type { Output } from '../terminal/output.js';
import { type Call, define } from './define.js';
import type { Shell } from './shell.js';

/** `tutti status` */
export function statusCommand(program: Command, shell: Shell): void {
  define<object>(program, shell, {
    line: 'status',
    summary: 'readiness, epoch, model and partitions in one screen',
    description: 'Exit code 1 where the backbone is there and not ready.',
    action: showStatus,
  });
}

async function showStatus({ session, output }: Call<object>): Promise<ExitCode> {
  const status = await session.admin().status();
  output.result({ url: session.url, ...status }, () => show(output, status, session.url));
  return status.ready ? EXIT.done : EXIT.no;
}

function show(output: Output, status: Status, url: string): void {
  const { green, red, yellow, bold, dim } = output.colours;
  const { space, model, modelRevision, epoch, trust, problems, partitions } = status;
  output.line(
    [
      status.ready ? green('✓ ready') : red('✗ not ready'),
      bold(space),
      model === '' ? 'no model' : `model ${model}@${modelRevision}`,
      `epoch ${epoch}`,
      `trust ${trust}`,
      dim(url),
    ].join('   '),
  );
  for (const { code, detail, since } of problems) {
    output.line(`  ${(status.ready ? yellow : red)(code)}  ${detail}  ${dim(`since ${since}`)}`);
  }
  output.line();
  const rows = partitions.map((one) => [
    `verdicts-${one.partition}`,
    grouped(one.revision),
    `${one.epoch}`,
    `${one.term}`,
    grouped(one.queued),
    grouped(Math.max(0, one.revision - one.checkpointRevision)),
    grouped(one.subjectsInMemory),
  ]);
  const heads = ['stream', 'revision', 'epoch', 'term', 'queued', 'not in store', 'subjects in memory'];
  const [head, ...lines] = columns([heads, ...rows], 3);
  output.line(dim(head!));
  for (const line of lines) output.line(line);
}
