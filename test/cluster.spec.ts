import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteJournal } from '@tutti/adapter-sqlite';
import { PostgresJournal } from '@tutti/adapter-postgres';
import { copyJournal, importLog, type ImportReport, outcomeOfFolder } from '@tutti/cli';
import { startStandalone } from '@tutti/standalone';
import { type Cluster, removeClusterData, startCluster } from '@tutti/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOSPITAL_MODEL, outcomeOf, runHospital } from '../scripts/cluster/hospital.js';
import { freePort, root } from './support/server-process.js';

const SOME = 900;
const hospital = join(root, 'examples', 'hospital');
let folder: string;
let cluster: Cluster;
/** What one machine decided on the same rows. */
let alone: { report: ImportReport; outcome: string };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tutti-cluster-'));
  alone = await onOneMachine(join(folder, 'alone'), SOME);
  cluster = await startCluster({
    space: 'hospital',
    model: HOSPITAL_MODEL,
    partitions: 5,
    contracts: 2,
    // What one machine decided on a third of the rows moves here first.
    prepare: async ({ postgres }) => {
      await onOneMachine(join(folder, 'moved'), SOME / 3);
      await copied(join(folder, 'moved'), postgres.url);
    },
  });
}, 180_000);

afterAll(async () => {
  await cluster?.close();
  await removeClusterData(join(folder, 'whole'));
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

/** Imports the first rows over HTTP into a backbone on SQLite, which is closed then. */
async function onOneMachine(data: string, limit: number): Promise<typeof alone> {
  const standalone = await startStandalone({ data, model: HOSPITAL_MODEL, port: 0, partitions: 5 });
  try {
    const log = join(hospital, 'sepsis.csv');
    const map = join(hospital, 'sepsis.map.yaml');
    const report = await importLog({ log, map, url: standalone.url, limit });
    return { report, outcome: await outcomeOfFolder(data) };
  } finally {
    await standalone.close();
  }
}

async function copied(data: string, url: string): Promise<void> {
  const from = SqliteJournal.open(join(data, 'journal.sqlite'), { readOnly: true });
  const to = await PostgresJournal.open(url);
  await copyJournal(from, to);
  await from.close();
  await to.close();
}

/** What both roads must agree on. Samples show the first of many, and partitions are in no order. */
function decided({ rows, subjects, accepted, irregular, rejected, findings }: ImportReport): object {
  const reasons = findings.map(({ verdict, code, about, count }) => `${verdict} ${code} ${about} ${count}`);
  return { rows, subjects, accepted, irregular, rejected, reasons: reasons.toSorted() };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('a cluster', () => {
  it('decides as one machine does, on a log sent by plain kafkajs, and goes on from what one machine had decided', async () => {
    const report = await runHospital(cluster, { limit: SOME, withinMs: 120_000 });
    expect(decided(report)).toEqual(decided(alone.report));
    expect(report.irregular).toBeGreaterThan(0);
    expect(await outcomeOf(cluster)).toBe(alone.outcome);
  });

  it('changes nothing when the log is sent again, while a process is killed and started again', async () => {
    const [contract] = cluster.of('contract');
    const { pid } = contract!;
    contract!.kill('SIGKILL');
    expect(await contract!.ended()).toEqual({ exitCode: null, signal: 'SIGKILL' });
    const [, report] = await Promise.all([contract!.restart(), runHospital(at(1), { limit: SOME, withinMs: 120_000 })]);
    expect(contract!.pid).not.toBe(pid);
    expect(decided(report)).toEqual(decided(alone.report));
    expect(report.duplicates).toBe(SOME);
    expect(await outcomeOf(cluster)).toBe(alone.outcome);
  });

  it('takes one more process of each service', async () => {
    const added = [await cluster.add('contract'), await cluster.add('projection'), await cluster.add('feedback')];
    expect(new Set(cluster.services.map(({ url }) => url)).size).toBe(cluster.services.length);
    expect(added.map(({ name }) => name)).toEqual(['contract-3', 'projection-2', 'feedback-2']);
    expect(await added[0]!.stop()).toEqual({ exitCode: 0, signal: null });
    expect(added[0]!.pid).toBeUndefined();
  });
});

/** The cluster as seen at another of its contract processes. */
function at(contract: number): Cluster {
  return Object.create(cluster, { url: { value: cluster.of('contract')[contract]!.url } }) as Cluster;
}

describe('npm run cluster', () => {
  it('runs the whole log, prints what npm start prints, and leaves nothing running', async () => {
    const words = ['--once', '--partitions', '3', '--port', String(await freePort()), '--data', join(folder, 'whole')];
    const child = spawn(process.execPath, [join(root, 'scripts', 'cluster', 'run.ts'), ...words], {
      env: { ...process.env, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += String(text)));
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect(code, said).toBe(0);
    const pids = [...said.matchAll(/process (\d+)/g)].map(([, pid]) => Number(pid));
    expect(pids).toHaveLength(5);
    expect(pids.filter(isAlive)).toEqual([]);
    const sample = /<!-- sample:start -->([\s\S]*)<!-- sample:end -->/.exec(
      readFileSync(join(root, 'README.md'), 'utf8'),
    )![1]!;
    const lines = (text: string): string[] => text.split('\n').map((line) => line.replace(/ +/g, ' ').trim());
    const wanted = lines(sample).filter((line) => /^(?:accepted|irregular \d|rejected|outcome)/.test(line));
    expect(wanted).toHaveLength(4);
    expect(
      wanted.filter((line) => !lines(said).includes(line)),
      said,
    ).toEqual([]);
  });
});
