// `npm run bench:kafka`: decisions through real Kafka, judged, journaled on real PostgreSQL and relayed, against what
// Kafka's client does when it passes the same bytes through. Nothing else should run on the machine.
import { spawn, type ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startCluster, type Cluster } from '@tutti/testing';
import { Kafka, logLevel } from 'kafkajs';
import { line, median, percentile, ratioLine } from '../support/figures.ts';
import { orderLoad, type OrderLoad } from '../support/orders.ts';
import { openMarketplace, scratch } from '../support/server.ts';
import { latencies } from './latency.ts';
import { load, rateInto } from './topics.ts';

const partitions = 4;
const runs = Number(process.env['TUTTI_BENCH_RUNS'] ?? 3);
const perRun = Number(process.env['TUTTI_BENCH_DECISIONS'] ?? 100_000);
/** For both sides, as services are started with; what services set for themselves, the pass-through sets as well. */
const nodeOptions = ['--max-semi-space-size=64'];
/** Decisions of the measurement of latency: 10 s to get warm, 10 s that count. */
const slow = { warming: 10_000, counted: 10_000, perSecond: 1_000 };

/** A process that is to be measured: what it takes in, and where that comes out. */
interface Measured {
  pids: () => number[];
  from: string;
  to: string;
}

/**
 * Decisions a second through processes that are warm: they are frozen, for less than their session lasts, while the
 * decisions are put in their topic, then let go.
 */
async function rateOf({ pids, from, to }: Measured, kafka: Kafka, events: readonly Buffer[]): Promise<number> {
  const frozen = pids();
  for (const pid of frozen) process.kill(pid, 'SIGSTOP');
  await load(kafka, from, events, partitions);
  return rateInto(kafka, to, events.length, () => {
    for (const pid of frozen) process.kill(pid, 'SIGCONT');
  });
}

/** Kafka's client alone, as a process. */
function startPassThrough(cluster: Cluster): ChildProcess {
  const words = [join(import.meta.dirname, 'pass-through.ts'), cluster.kafka.brokers, 'raw.in', 'raw.out'];
  const options = ['--disable-warning=TimeoutNegativeWarning', ...nodeOptions];
  return spawn(process.execPath, [...options, ...words], { stdio: 'inherit' });
}

const { folder, remove } = scratch();
const model = join(folder, 'marketplace.tutti.yaml');
writeFileSync(model, openMarketplace());
// Projections follow the journal on their own and are no part of the way of a decision.
const cluster = await startCluster({
  space: 'marketplace',
  model,
  partitions,
  contracts: 1,
  projections: 0,
  nodeOptions,
});
try {
  const kafka = new Kafka({ brokers: [cluster.kafka.brokers], clientId: 'bench', logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({
    topics: ['raw.in', 'raw.out'].map((topic) => ({ topic, numPartitions: partitions })),
  });
  await admin.disconnect();

  const { decisions, verdicts } = { decisions: 'marketplace.decisions', verdicts: 'marketplace.verdicts' };
  const time = new Date().toISOString();
  let used = 0;
  /** Decisions on subjects of their own: each is placed, shipped and delivered, all of them interleaved. */
  const next = (count: number): OrderLoad => {
    const made = orderLoad(count, Math.ceil(count / 3), time, used);
    used += count;
    return made;
  };
  let orders = next(perRun);
  console.log(
    `\nThrough Kafka: ${perRun.toLocaleString('en')} decisions a run of ${orders.meanBytes} bytes, ${partitions} partitions, journal and store on PostgreSQL`,
  );
  const passThrough = startPassThrough(cluster);
  const raw: Measured = { pids: () => [passThrough.pid!], from: 'raw.in', to: 'raw.out' };
  const contracts: Measured = {
    pids: () => cluster.of('contract').map(({ pid }) => pid!),
    from: decisions,
    to: verdicts,
  };
  const passed: number[] = [];
  const one: number[] = [];
  for (let run = 0; run <= runs; run++) {
    if (run > 0) orders = next(perRun);
    const figures = [await rateOf(raw, kafka, orders.events), await rateOf(contracts, kafka, orders.events)] as const;
    if (run === 0) continue; // The first one warms up.
    passed.push(figures[0]);
    one.push(figures[1]);
  }
  const rate = (values: readonly number[]): string => `${Math.round(median(values)).toLocaleString('en')}/s`;
  line('kafkajs pass-through, one process', rate(passed));
  line('decision → verdict on the topic, one process', rate(one));
  ratioLine('  against the pass-through', median(one.map((figure, run) => figure / passed[run]!)), 0.5);

  const { warming, counted, perSecond } = slow;
  const all = await latencies(kafka, { decisions, verdicts, partitions }, next(warming + counted).events, perSecond);
  const ms = all.slice(warming);
  line('  at 1,000/s: produced → verdict consumed, p50', `${percentile(ms, 0.5).toFixed(1)} ms`);
  line('  p99', `${percentile(ms, 0.99).toFixed(1)} ms`);

  await cluster.add('contract');
  const two: number[] = [];
  for (let run = 0; run < runs; run++) two.push(await rateOf(contracts, kafka, next(perRun).events));
  // The first one warms the second process up.
  line('two processes', rate(two.slice(1)), `${(median(two.slice(1)) / median(passed)).toFixed(2)}x`);
  passThrough.kill('SIGTERM');
} finally {
  await cluster.close();
  remove();
}
process.exit(0);
