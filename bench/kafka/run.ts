// `npm run bench:kafka`: decisions through real Kafka, judged, journaled on real PostgreSQL and relayed, against what
// Kafka's client does when it passes the same bytes through. Nothing else should run on the machine.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startCluster, type Cluster } from '@tutti/testing';
import { Kafka, logLevel } from 'kafkajs';
import { line, median, percentile, ratioLine } from '../support/figures.ts';
import { orderLoad } from '../support/orders.ts';
import { openMarketplace, scratch } from '../support/server.ts';
import { latencies } from './latency.ts';
import { load, rateInto } from './topics.ts';

const partitions = 4;
const runs = Number(process.env['TUTTI_BENCH_RUNS'] ?? 3);
const perRun = Number(process.env['TUTTI_BENCH_DECISIONS'] ?? 100_000);
const slow = 10_000;

async function passThrough(kafka: Kafka, cluster: Cluster, events: readonly Buffer[]): Promise<number> {
  await load(kafka, 'raw.in', events, partitions);
  const words = [join(import.meta.dirname, 'pass-through.ts'), cluster.kafka.brokers, 'raw.in', 'raw.out'];
  const child: ChildProcess = spawn(process.execPath, ['--disable-warning=TimeoutNegativeWarning', ...words], {
    stdio: 'inherit',
  });
  try {
    return await rateInto(kafka, 'raw.out', events.length);
  } finally {
    child.kill('SIGTERM');
    if (child.exitCode === null) await once(child, 'exit');
  }
}

/** With so many contract processes, started after the decisions are in the topic. */
async function path(kafka: Kafka, cluster: Cluster, events: readonly Buffer[], processes: number): Promise<number> {
  const contracts = cluster.of('contract');
  for (const one of contracts) await one.stop();
  await load(kafka, `${cluster.space}.decisions`, events, partitions);
  for (const one of contracts.slice(0, processes)) one.start();
  return rateInto(kafka, `${cluster.space}.verdicts`, events.length);
}

const { folder, remove } = scratch();
const model = join(folder, 'marketplace.tutti.yaml');
writeFileSync(model, openMarketplace());
// Projections follow the journal on their own and are no part of the way of a decision.
const cluster = await startCluster({
  space: 'marketplace',
  model,
  partitions,
  contracts: 2,
  projections: 0,
  nodeOptions: ['--max-semi-space-size=64'],
});
try {
  const kafka = new Kafka({ brokers: [cluster.kafka.brokers], clientId: 'bench', logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({
    topics: ['raw.in', 'raw.out'].map((topic) => ({ topic, numPartitions: partitions })),
  });
  await admin.disconnect();

  const total = perRun * (runs + 1) * 2 + slow;
  const { events, meanBytes } = orderLoad(total, Math.ceil(total / 3), new Date().toISOString());
  let used = 0;
  const next = (count: number): Buffer[] => events.slice(used, (used += count));
  console.log(
    `\nThrough Kafka: ${perRun.toLocaleString('en')} decisions a run of ${meanBytes} bytes, ${partitions} partitions, journal and store on PostgreSQL`,
  );
  const raw: number[] = [];
  const one: number[] = [];
  const two: number[] = [];
  for (let run = 0; run <= runs; run++) {
    const decisions = next(perRun);
    const passed = await passThrough(kafka, cluster, decisions);
    const judged = await path(kafka, cluster, decisions, 1);
    const byTwo = await path(kafka, cluster, next(perRun), 2);
    if (run === 0) continue; // The first one warms up.
    raw.push(passed);
    one.push(judged);
    two.push(byTwo);
  }
  const rate = (values: readonly number[]): string => `${Math.round(median(values)).toLocaleString('en')}/s`;
  line('kafkajs pass-through, one process', rate(raw));
  line('decision → verdict on the topic, one process', rate(one));
  ratioLine('  against the pass-through', median(one.map((figure, run) => figure / raw[run]!)), 0.5);
  line('  two processes', rate(two), `${median(two.map((figure, run) => figure / raw[run]!)).toFixed(2)}x`);

  const { decisions, verdicts } = { decisions: 'marketplace.decisions', verdicts: 'marketplace.verdicts' };
  const ms = await latencies(kafka, { decisions, verdicts, partitions }, next(slow), 1_000);
  line('  at 1,000/s: produced → verdict consumed, p50', `${percentile(ms, 0.5).toFixed(1)} ms`);
  line('  p99', `${percentile(ms, 0.99).toFixed(1)} ms`);
} finally {
  await cluster.close();
  remove();
}
process.exit(0);
