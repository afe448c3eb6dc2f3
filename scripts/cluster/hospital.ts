import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ImportCounts, type ImportReport, readImportMap, registerRoles, registryOf } from '@tutti/cli';
import type { Cluster } from '@tutti/testing';
import { endsOf, plainKafka, readVerdicts } from './verdict-topic.ts';

const hospital = join(import.meta.dirname, '..', '..', 'examples', 'hospital');
export const HOSPITAL_MODEL = join(hospital, 'hospital.tutti.yaml');
const map = join(hospital, 'sepsis.map.yaml');
const producer = join(hospital, 'produce.ts');

export interface HospitalOptions {
  /** Rows to send, from the first on. Default: all. */
  limit?: number;
  /** Most time until every verdict is on its topic. Default 10 minutes. */
  withinMs?: number;
  /** Told of each step. */
  onStep?: (text: string) => void;
}

/**
 * Runs the hospital's log through a cluster whose space has its model: registers who is in it over HTTP, has the rows
 * sent to Kafka by `examples/hospital/produce.ts`, a process that knows nothing of Tutti, and reads their verdicts from
 * Kafka. Once more, it changes nothing.
 *
 * @returns what was decided on the rows, by the topic of verdicts alone
 * @throws Error a row has no verdict in time, or the producer failed
 */
export async function runHospital(cluster: Cluster, options: HospitalOptions = {}): Promise<ImportReport> {
  const { limit, withinMs = 600_000, onStep = () => {} } = options;
  const { space, kafka: broker, url } = cluster;
  const registry = registryOf({ url, by: 'cluster', because: 'groups of staff named in the log' });
  const participants = await registerRoles(registry, (await readImportMap(map)).roles);
  onStep(`${participants.registered.length} groups of staff registered, ${participants.present.length} known before`);

  const kafka = plainKafka(broker.brokers, 'report');
  const topic = `${space}.verdicts`;
  const before = await endsOf(kafka, topic);
  const startedMs = performance.now();
  const sent = await produce(broker.brokers, `${space}.decisions`, limit);
  const producedMs = performance.now() - startedMs;
  onStep(`${sent.toLocaleString('en-US')} decisions sent to ${space}.decisions in ${(producedMs / 1000).toFixed(1)} s`);

  await answered(url, await endsOf(kafka, `${space}.decisions`), startedMs + withinMs);
  const counts = new ImportCounts();
  const rows = new Set<string>();
  await readVerdicts(
    kafka,
    topic,
    ({ partition, offset, verdict }) => {
      const { accepted, reasons, irregular, decision, revision } = verdict;
      const row = Number(decision.id);
      // Others may decide here as well.
      if (!(row >= 1 && row <= sent) || rows.has(decision.id)) return false;
      rows.add(decision.id);
      counts.add({
        row,
        type: decision.type,
        subject: decision.subject,
        participant: decision.source.replace('/participants/', ''),
        accepted,
        reasons: (accepted ? irregular : reasons) ?? [],
        position: `${partition}-${revision}`,
        duplicate: offset < (before[partition] ?? 0),
      });
      return rows.size === sent;
    },
    withinMs,
  );
  return {
    log: join(hospital, 'sepsis.csv'),
    map,
    url,
    rows: counts.rows,
    firstRow: 1,
    lastRow: sent,
    skipped: 0,
    subjects: counts.subjects,
    accepted: counts.accepted,
    irregular: counts.irregular,
    rejected: counts.rejected,
    duplicates: counts.duplicates,
    findings: counts.findings(),
    ...participants,
    elapsedMs: Math.round(performance.now() - startedMs),
  };
}

/** Runs the producer in a process of its own. @returns how many decisions it has sent */
async function produce(brokers: string, topic: string, limit: number | undefined): Promise<number> {
  const words = ['--brokers', brokers, '--topic', topic, ...(limit === undefined ? [] : ['--limit', String(limit)])];
  const child = spawn(process.execPath, ['--disable-warning=TimeoutNegativeWarning', producer, ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const sent = /^(\d+) decisions sent/.exec(said)?.[1];
  if (code !== 0 || sent === undefined) throw new Error(`${producer} ended with ${code}: ${said}`);
  return Number(sent);
}

/**
 * Resolves when every partition has answered its last input, and with it all before: where a 202 points is where to ask.
 *
 * @throws Error not before `deadlineMs`, by the clock of `performance`
 */
async function answered(url: string, ends: readonly number[], deadlineMs: number): Promise<void> {
  await Promise.all(
    ends.map(async (end, partition) => {
      const input = `${url}/v1/inputs/${partition}/${end - 1}`;
      for (let status = end === 0 ? 200 : 0; status !== 200;) {
        if (performance.now() > deadlineMs) throw new Error(`no verdict at ${input} in time: ${status}`);
        const response = await fetch(input, { headers: { prefer: 'wait=20' }, signal: AbortSignal.timeout(60_000) });
        await response.arrayBuffer();
        ({ status } = response);
        if (status !== 200 && status !== 202) await delay(200);
      }
    }),
  );
}

/** The outcome hash, as the contract service computes it from the journal. */
export async function outcomeOf(cluster: Cluster): Promise<string> {
  const response = await fetch(`${cluster.url}/v1/audit/outcome`, { signal: AbortSignal.timeout(120_000) });
  const answer = (await response.json()) as { outcome?: string };
  if (answer.outcome === undefined) throw new Error(`no outcome: ${response.status} ${JSON.stringify(answer)}`);
  return answer.outcome;
}
