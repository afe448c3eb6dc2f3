import { TuttiError } from '@tutti/kernel';
import { type Command, Option } from 'commander';
import { type Call, countOption, define } from '../run/define.js';
import type { Shell } from '../run/shell.js';
import { grouped } from '../terminal/columns.js';
import { EXIT, type ExitCode } from '../terminal/exit-code.js';
import type { Output } from '../terminal/output.js';
import { readText } from '../terminal/read-text.js';
import { problemLines } from '../terminal/show-problem.js';
import { importLog } from './import-log.js';
import { ImportStoppedError } from './import-run.js';
import { mapProblems } from './map/parse-import-map.js';
import { type ImportPreview, previewLog } from './preview-log.js';
import { ImportProgressBar, showImportReport } from './show-import-report.js';

interface ImportCommandOptions {
  map: string;
  fromRow: number;
  limit?: number;
  batch?: number;
  dryRun?: boolean;
  because: string;
}

/** `tutti import` */
export function importCommand(program: Command, shell: Shell): void {
  define<ImportCommandOptions>(program, shell, {
    line: 'import <log.csv>',
    summary: 'take the decisions of an event log, each row one',
    description:
      'The map says which column is what: docs/reference/import.md. Importing again changes nothing.\nExit code 1 where a decision was rejected.',
    options: [
      new Option('--map <file>', 'what the columns are').makeOptionMandatory(),
      new Option('--from-row <n>', 'rows before are not sent').default(1).argParser(countOption(1)),
      new Option('--limit <n>', 'at most so many rows').argParser(countOption(1)),
      new Option('--batch <n>', 'rows a request').default(undefined, '250').argParser(countOption(1, 1000)),
      new Option('--dry-run', 'translate the log and send nothing'),
      new Option('--because <text>', 'why participants are registered; goes on record').default(
        'import of an event log',
      ),
    ],
    examples: ['tutti import sepsis.csv --map sepsis.map.yaml'],
    action: runImport,
  });
}

async function runImport(call: Call<ImportCommandOptions>): Promise<ExitCode> {
  const { output, options, args } = call;
  const [log] = args as [string];
  const { map, fromRow, limit } = options;
  const rows = { log, map, fromRow, ...(limit === undefined ? {} : { limit }) };
  try {
    if (options.dryRun === true) {
      const preview = await previewLog(rows);
      output.result(preview, () => showPreview(output, preview));
      return EXIT.done;
    }
    return await send(call, rows);
  } catch (error) {
    if (error instanceof TuttiError && !output.json) showMapProblems(output, error, map);
    throw error;
  }
}

async function send(call: Call<ImportCommandOptions>, rows: { log: string; map: string }): Promise<ExitCode> {
  const { session, output, options, signal } = call;
  const { batch, because, as, timeout } = options;
  const bar = new ImportProgressBar(output);
  try {
    const report = await importLog({
      ...rows,
      url: session.url,
      because,
      signal,
      onProgress: (progress) => bar.show(progress),
      ...(batch === undefined ? {} : { batch }),
      ...(as === undefined ? {} : { by: as }),
      ...(timeout === undefined ? {} : { timeoutMs: timeout }),
      ...(session.token === undefined ? {} : { token: session.token }),
    });
    bar.end();
    output.result(report, () => showImportReport(output, report));
    return report.rejected > 0 ? EXIT.no : EXIT.done;
  } catch (error) {
    bar.end();
    if (error instanceof ImportStoppedError && error.report.rows > 0) {
      output.result({ ...error.report, nextRow: error.nextRow }, () => showImportReport(output, error.report));
    }
    throw error;
  }
}

/** What is wrong with the map, each with a caret. */
function showMapProblems(output: Output, error: TuttiError, map: string): void {
  const problems = mapProblems(error);
  if (problems.length === 0) return;
  const text = readText(map);
  for (const problem of problems) {
    for (const line of problemLines(problem, text, output.errorColours)) output.complain(line);
  }
}

function showPreview(output: Output, preview: ImportPreview): void {
  const { bold, dim } = output.colours;
  output.line(
    `${bold(grouped(preview.rows))} decisions on ${grouped(preview.subjects)} subjects   ${dim('nothing was sent')}`,
  );
  if (preview.skipped > 0) output.line(`  ${dim('left out')}  ${grouped(preview.skipped)} by the map`);
  for (const [title, counts] of [
    ['types', preview.types],
    ['participants', preview.participants],
  ] as const) {
    output.line();
    output.line(bold(title));
    for (const [name, count] of Object.entries(counts)) output.line(`  ${grouped(count).padStart(9)}  ${name}`);
  }
  output.line();
  output.line(bold('the first'));
  for (const decision of preview.first) output.line(`  ${JSON.stringify(decision)}`);
}
