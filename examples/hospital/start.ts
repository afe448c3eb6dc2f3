import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SqliteJournal } from '@tutti/adapter-sqlite';
import { importLog, ImportProgressBar, outcomeOfFolder, Output, showImportReport } from '@tutti/cli';
import { showError, startStandalone } from '@tutti/standalone';
import { refusedIfEnforced } from './enforce.ts';
import { showEnforced, showWhatNext } from './report.ts';

// The main job: the whole backbone in this process, and the hospital's log imported through its HTTP intake.

const here = import.meta.dirname;
const project = join(here, '..', '..');

async function start(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string' },
      data: { type: 'string', default: join(project, '.tutti', 'hospital') },
      fresh: { type: 'boolean', default: false },
    },
    allowPositionals: true,
  });
  if (values.fresh) rmSync(values.data, { recursive: true, force: true });

  const standalone = await startStandalone({
    data: values.data,
    model: join(here, 'hospital.tutti.yaml'),
    port: values.port === undefined ? 4400 : Number(values.port),
    orNextFree: values.port === undefined,
  });
  const stop = stopper(standalone.close, values.data);
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);

  console.log(`\ntutti  hospital   one process, SQLite in ${values.data}   Node ${process.versions.node}`);
  console.log(`       ${standalone.url}   ${standalone.open ? 'open to everybody on this machine' : 'by token'}\n`);

  const output = new Output();
  const bar = new ImportProgressBar(output);
  output.line('importing examples/hospital/sepsis.csv, one decision a row …');
  const report = await importLog({
    log: join(here, 'sepsis.csv'),
    map: join(here, 'sepsis.map.yaml'),
    url: standalone.url,
    batch: 500,
    by: 'start',
    because: 'groups of staff named in the log',
    onProgress: (done) => bar.show(done),
  });
  bar.end();
  output.line();
  showImportReport(output, report);

  const journal = SqliteJournal.open(join(values.data, 'journal.sqlite'), { readOnly: true });
  const refused = await refusedIfEnforced(journal, standalone.backbone.regime());
  await journal.close();
  showEnforced(output, refused);
  showWhatNext(output, await outcomeOfFolder(values.data), standalone.url);
}

/** A terminal's Ctrl-C reaches npm, its script and this process, so the signal may come more than once. */
function stopper(close: () => Promise<void>, data: string): () => void {
  let stopping = false;
  return () => {
    if (stopping) return;
    stopping = true;
    console.log('\nstopping: answering what was taken …');
    close().then(
      () => {
        console.log(`stopped. Everything is in ${data}; npm start goes on from there.`);
        process.exit(0);
      },
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
}

try {
  await start();
} catch (error) {
  console.error(showError(error));
  process.exit(1);
}
