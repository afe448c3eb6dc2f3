import { join } from 'node:path';
import { serializeSubject, SubjectLog } from '@tutti/contracts';
import { PostgresJournal, PostgresProjectionStore, PostgresSubjectStore } from '@tutti/adapter-postgres';
import { type ControlState, outcomeHash } from '@tutti/runtime';
import { readModel } from '@tutti/service';
import { type Cluster, startCluster } from '@tutti/testing';
import type { KafkaMessage } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hangsOnClock } from './support/cluster-faults/decisions.js';
import { type Folded, foldJournal } from './support/cluster-faults/journal-fold.js';
import { Load, plainKafka } from './support/cluster-faults/load.js';
import { relayedText } from './support/cluster-faults/relayed-text.js';
import { describeSchedule, scheduleOf } from './support/cluster-faults/schedule.js';
import { Striker } from './support/cluster-faults/strike.js';
import { readTopic } from './support/cluster-faults/topic.js';
import { undisturbed } from './support/cluster-faults/undisturbed.js';
import { until } from './support/cluster-faults/until.js';
import { Watch } from './support/cluster-faults/watch.js';
import { root } from './support/server-process.js';

const MINUTE_MS = 60_000;
const SPACE = 'faults';
const PARTITIONS = 5;
const all = Array.from({ length: PARTITIONS }, (_, partition) => partition);
const model = join(root, 'test', 'support', 'cluster-faults', 'faults.tutti.yaml');
const seed = Number(process.env['TUTTI_TEST_SEED'] ?? 20261125);
const schedule = scheduleOf(seed);
const startedMs = Date.now();

let cluster: Cluster;
let watch: Watch;
let intake: KafkaMessage[][];
let verdicts: KafkaMessage[][];
let models: ControlState['models'];
let folded: Folded[];
let acknowledged = 0;

/** Shown at once, also where the test then fails. */
function say(text: string): void {
  process.stdout.write(`${((Date.now() - startedMs) / 1_000).toFixed(1).padStart(6)} s  ${text}\n`);
}

beforeAll(async () => {
  say(describeSchedule(seed, schedule));
  cluster = await startCluster({
    space: SPACE,
    model,
    partitions: PARTITIONS,
    contracts: 3,
    projections: 2,
    feedbacks: 2,
    env: { TUTTI_KAFKA_SESSION_MS: '3000' },
  });
  watch = await Watch.open(cluster);
  say('the cluster is up');
  const topic = `${SPACE}.decisions`;
  const load = new Load({ brokers: cluster.kafka.brokers, topic, partitions: PARTITIONS, seed, producers: 4 });
  const striker = new Striker(cluster, load, watch, say);
  for (const entry of schedule) {
    say(entry.fault);
    await striker.strike(entry);
  }
  await striker.allWell();
  await load.more(200);
  await load.stop();
  say(`${load.acknowledged} records were taken, ${load.retries} requests failed`);
  ({ acknowledged } = load);
  await drained(striker);
  striker.assertAlive();
  // Without new epochs no deadline falls due any more: then what is drained stays so.
  await striker.stop('feedback');
  await until('all deadlines have fired', deadlinesFired, { explain: () => striker.explain() });
  await drained(striker);
  await striker.stop('contract');
  await striker.stop('projection');
  say('everything is drained and stopped');
  await readAll();
}, 10 * MINUTE_MS);

afterAll(async () => {
  await watch?.close();
  await cluster?.close();
}, MINUTE_MS);

/** Every input is answered, every verdict relayed, and the projections are where the journal is. */
async function drained(striker: Striker): Promise<void> {
  const projections = await PostgresProjectionStore.open(cluster.databaseUrl);
  const behind = async (partition: number): Promise<string[]> => {
    const taken = await watch.taken(partition);
    const answered = await watch.answered(partition);
    const journaled = await watch.journaled(partition);
    const relayed = await watch.relayed(partition);
    const projected = (await projections.checkpoint(partition))?.revision ?? -1;
    const said: string[] = [];
    if (answered < taken) said.push(`partition ${partition}: answered ${answered} of ${taken}`);
    if (relayed !== journaled) said.push(`partition ${partition}: relayed ${relayed} of ${journaled}`);
    if (projected < journaled) said.push(`partition ${partition}: projected ${projected} of ${journaled}`);
    return said;
  };
  const explain = async (): Promise<string> =>
    [...(await Promise.all(all.map(behind))).flat(), await striker.explain()].join('\n');
  const look = async (): Promise<true | undefined> =>
    (await Promise.all(all.map(behind))).flat().length === 0 || undefined;
  await until('everything is drained', look, { explain }).finally(() => projections.close());
}

/** Every partition has passed the last barrier there is, and nothing is due by its time. */
async function deadlinesFired(): Promise<true | undefined> {
  const { epoch, epochAtMs, models: known } = await watch.control();
  for (const partition of all) {
    const { subjects, ...passed } = await foldJournal(watch.journal, partition, known);
    if (passed.epoch !== epoch) return undefined;
    if ([...subjects.values()].some(({ due }) => due !== undefined && due.atMs <= epochAtMs)) return undefined;
  }
  return true;
}

async function readAll(): Promise<void> {
  const kafka = plainKafka(cluster.kafka.brokers);
  [intake, verdicts] = await Promise.all([
    readTopic(kafka, `${SPACE}.decisions`),
    readTopic(kafka, `${SPACE}.verdicts`),
  ]);
  ({ models } = await watch.control());
  folded = await Promise.all(all.map((partition) => foldJournal(watch.journal, partition, models)));
}

/** Where two lists begin to differ, so that thousands of lines need not be shown; undefined: nowhere. */
function difference<T>(found: readonly T[], wanted: readonly T[]): string | undefined {
  const at = Array.from({ length: Math.max(found.length, wanted.length) }).findIndex((_, i) => found[i] !== wanted[i]);
  if (at === -1) return undefined;
  const shown = (list: readonly T[]): string => `${list[at - 1]}, then ${list[at]} (of ${list.length})`;
  return `at ${at} it is ${shown(found)}; it should be ${shown(wanted)}`;
}

describe(`a cluster in which everything goes wrong (seed ${seed})`, () => {
  it('took what was sent, and it was of many kinds', () => {
    const outcomes = folded.flatMap(({ answered }) => answered.map(({ outcome }) => outcome));
    expect(intake.flat().length).toBeGreaterThanOrEqual(acknowledged);
    expect(acknowledged).toBeGreaterThan(2_000);
    const codes = ['conflict', 'too-early', 'undeclared', 'schema-invalid', 'id-conflict', 'misrouted', 'unreadable'];
    for (const code of codes) {
      expect(outcomes.filter((line) => line.includes(`[["${code}"`)).length, code).toBeGreaterThan(0);
    }
    expect(outcomes.filter((line) => line.startsWith('again')).length).toBeGreaterThan(50);
    expect(outcomes.filter((line) => line.includes(',true,true,')).length, 'irregular').toBeGreaterThan(0);
    expect([...folded[0]!.verdicts.values()].some((line) => line.includes('"via":"clock"'))).toBe(true);
  });

  it('has exactly one record for every offset of the intake, in order', () => {
    for (const partition of all) {
      const offsets = folded[partition]!.answered.map(({ offset }) => offset);
      const wanted = intake[partition]!.map(({ offset }) => Number(offset));
      expect(difference(offsets, wanted), `partition ${partition}`).toBeUndefined();
    }
  });

  it('has no gaps in its streams, no block of a lower term after a claim, and cursors that agree with what is answered', () => {
    expect(folded.flatMap(({ faults }) => faults)).toEqual([]);
    // It was really hit: each freeze and each kill made others claim partitions.
    expect(folded.every(({ blocks }) => blocks.at(-1)!.term > 3)).toBe(true);
  });

  it('decided what a process decides to which nothing happens', async () => {
    const calm = await undisturbed(SPACE, intake, readModel(model));
    const shown = ({ answered }: Folded): string[] =>
      answered.filter(({ subject }) => !hangsOnClock(subject)).map(({ offset, outcome }) => `${offset}: ${outcome}`);
    for (const partition of all) {
      const wanted = shown(await foldJournal(calm, partition, models));
      expect(difference(shown(folded[partition]!), wanted), `partition ${partition}`).toBeUndefined();
    }
    await calm.close();
  });

  it('relayed every verdict, in order and without gaps, once consumers have dropped what they had seen', () => {
    let repeated = 0;
    for (const partition of all) {
      const seen = new Map<number, string>();
      let last = -1;
      for (const { value, headers } of verdicts[partition]!) {
        const revision = Number(headers!['ce_revision']);
        const text = value!.toString();
        if (revision > last) {
          last = revision;
          seen.set(revision, text);
        } else {
          repeated += 1;
          expect(text, `verdict ${revision} again`).toBe(seen.get(revision));
        }
      }
      const journaled = folded[partition]!.verdicts;
      expect(difference([...seen.keys()], [...journaled.keys()]), `partition ${partition}`).toBeUndefined();
      for (const [revision, line] of journaled) expect(seen.get(revision)).toBe(relayedText(revision, line));
    }
    say(`${repeated} verdicts are on the topic more than once`);
  });

  it('keeps subjects that equal a fold of the journal from zero', async () => {
    const store = await PostgresSubjectStore.open(cluster.databaseUrl);
    for (const partition of all) {
      const { subjects, verdicts: journaled } = folded[partition]!;
      const ids = await store.ids(partition, '', 1_000_000);
      expect(new Set(ids)).toEqual(new Set(subjects.keys()));
      expect((await store.checkpoint(partition))!.revision).toBeGreaterThanOrEqual([...journaled.keys()].at(-1)!);
      for (const row of await store.read(partition, ids)) {
        const state = subjects.get(row!.id)!;
        expect(row!.state).toBe(serializeSubject(state));
        const bytes = Buffer.concat([...state.log.chunksSince(0).values()]);
        expect(Buffer.concat(row!.chunks).equals(bytes), `log of ${row!.id}`).toBe(true);
        expect(SubjectLog.load(row!.chunks).size).toBe(state.log.size);
      }
    }
    await store.close();
  });

  it('counts what a fold of the journal from zero counts, and finds every decision', async () => {
    const store = await PostgresProjectionStore.open(cluster.databaseUrl);
    for (const partition of all) {
      const { counts, decisions } = folded[partition]!;
      expect(await store.counts({ partition })).toEqual(counts);
      for (const [key, revisions] of decisions) {
        const found = await store.find(Buffer.from(key, 'hex'));
        expect(found.filter((one) => one.partition === partition).map(({ revision }) => revision)).toEqual(revisions);
      }
    }
    await store.close();
  });

  it('gives the same outcome hash each time the journal is read', async () => {
    const other = await PostgresJournal.open(cluster.databaseUrl);
    expect(await outcomeHash(other, PARTITIONS)).toBe(await outcomeHash(watch.journal, PARTITIONS));
    await other.close();
  });
});
