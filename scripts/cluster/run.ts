// The main job on many processes (`npm run cluster`): the hospital's log through real Kafka, from a producer that knows
// nothing of Tutti, to verdicts on a topic.
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Output, showImportReport } from '@tutti/cli';
import { showError } from '@tutti/service';
import { type Cluster, removeClusterData, startCluster } from '@tutti/testing';
import { HOSPITAL_MODEL, outcomeOf, runHospital } from './hospital.ts';

const project = join(import.meta.dirname, '..', '..');
const output = new Output();

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: {
      contracts: { type: 'string', default: '1' },
      projections: { type: 'string', default: '1' },
      partitions: { type: 'string', default: '12' },
      port: { type: 'string' },
      data: { type: 'string', default: join(project, '.tutti', 'cluster') },
      fresh: { type: 'boolean', default: false },
      once: { type: 'boolean', default: false },
    },
  });
  if (values.fresh) await removeClusterData(values.data);
  const { bold, dim, cyan } = output.colours;

  output.line('starting Kafka, PostgreSQL and the services …');
  const starting = startCluster({
    space: 'hospital',
    model: HOSPITAL_MODEL,
    contracts: count('contracts', values.contracts),
    projections: count('projections', values.projections),
    partitions: count('partitions', values.partitions),
    data: values.data,
    port: values.port === undefined ? await nextFreePort(4400) : count('port', values.port),
  });
  const stop = stopper(starting, values.data);
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  const cluster = await starting;
  showWhatRuns(cluster, values.data);

  const report = await runHospital(cluster, { onStep: (text) => output.line(dim(`  ${text}`)) });
  output.line();
  showImportReport(output, report);
  output.line();
  output.line(`${bold('outcome')}    ${await outcomeOf(cluster)}`);
  output.line(
    dim(
      '  the same log gives the same hash, over Kafka or HTTP, with any number of partitions and processes: see npm start',
    ),
  );
  if (values.once) {
    stop();
    return;
  }
  output.line();
  output.line(`${bold('serving')}    ${cyan(cluster.url)}   Ctrl-C drains and stops`);
  output.line(`  try      npx tutti subject case-A --url ${cluster.url}`);
  output.line(`           npx tutti tail verdicts --irregular --no-follow --url ${cluster.url}`);
  output.line(`           npx node examples/hospital/produce.ts --brokers ${cluster.kafka.brokers}`);
}

function showWhatRuns(cluster: Cluster, data: string): void {
  const { space, partitions, kafka, postgres, services } = cluster;
  output.line();
  output.line(`tutti  ${space}   ${services.length + 2} processes, data in ${data}   Node ${process.versions.node}`);
  output.line(`  Kafka         ${kafka.brokers}   process ${kafka.pid}   ${space}.decisions, ${partitions} partitions`);
  output.line(`  PostgreSQL    127.0.0.1:${postgres.port}   process ${postgres.pid}   journal and store`);
  for (const { name, url, pid } of services) output.line(`  ${name.padEnd(12)}  ${url}   process ${pid}`);
  output.line();
}

/** The first free port from there on. */
async function nextFreePort(port: number): Promise<number> {
  const probe = createServer().listen(port, '127.0.0.1');
  try {
    await once(probe, 'listening');
    return port;
  } catch {
    return nextFreePort(port + 1);
  } finally {
    probe.close();
  }
}

/** @throws Error not a whole number above 0 */
function count(name: string, text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new Error(`--${name} ${text}: not a whole number above 0`);
}

/** A terminal's Ctrl-C reaches npm, its script and this process, so the signal may come more than once. */
function stopper(starting: Promise<Cluster>, data: string): () => void {
  let stopping = false;
  return () => {
    if (stopping) return;
    stopping = true;
    output.line();
    output.line('stopping: answering what was taken …');
    starting
      .then((cluster) => cluster.close())
      .then(
        () => {
          output.line(`stopped. Everything is in ${data}; npm run cluster goes on from there.`);
          process.exit(0);
        },
        (error: unknown) => {
          output.complain(showError(error));
          process.exit(1);
        },
      );
  };
}

try {
  await run();
} catch (error) {
  output.complain(showError(error));
  // What was started ends with this process.
  process.exit(1);
}
