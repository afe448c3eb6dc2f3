import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WireVerdict } from '@tutti/contracts';
import { SqliteJournal } from '@tutti/adapter-sqlite';
import { outcomeHash } from '@tutti/runtime';
import { between, seeded } from './support/random.js';
import { relayDecisions, type WorkloadDecision } from './support/relay-workload.js';
import { freePort, ready, root, type ServerProcess, spawnServer } from './support/server-process.js';

const seed = Number(process.env['TUTTI_TEST_SEED'] ?? 20261125);
const clients = 8;
const decisionsEach = 260;
const kills = 24;
const partitions = 4;
const time = new Date().toISOString();
const folder = mkdtempSync(join(tmpdir(), 'tutti-crash-'));
const model = join(root, 'test', 'fixtures', 'relay.tutti.yaml');

interface Acknowledged {
  decision: WorkloadDecision;
  position: string;
  accepted: boolean;
}

/** What the clients of one run saw. */
interface Run {
  acknowledged: Acknowledged[];
  retries: number;
  hash: string;
}

/** Sends one decision until it is answered, as a client does that does not know what became of it. */
async function decide(
  server: () => ServerProcess,
  decision: WorkloadDecision,
  onRetry: () => void,
): Promise<Acknowledged> {
  for (;;) {
    try {
      const response = await fetch(`${server().url}/v1/decisions`, {
        method: 'POST',
        headers: { 'content-type': 'application/cloudevents+json', prefer: 'wait=20' },
        body: JSON.stringify(decision),
        signal: AbortSignal.timeout(30_000),
      });
      const text = await response.text();
      const position = response.headers.get('tutti-position');
      if ([201, 409, 422].includes(response.status) && position !== null) {
        return { decision, position, accepted: response.status === 201 };
      }
      if (response.status !== 503 && response.status !== 429) {
        throw new Error(`unexpected answer ${response.status} to ${decision.id}: ${text}`);
      }
    } catch (error) {
      if (error instanceof Error && error.message.startsWith('unexpected')) throw error;
    }
    onRetry();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Runs the whole workload; with `killing`, ends the process at seeded moments while decisions are unanswered. */
async function runWorkload(name: string, killing: boolean): Promise<Run> {
  const data = join(folder, name);
  const port = await freePort();
  const start = (): ServerProcess =>
    spawnServer({ model, data, port, env: { TUTTI_PARTITIONS: String(partitions), TUTTI_TRUST: 'network' } });
  let server = start();
  await ready(server);

  const acknowledged: Acknowledged[] = [];
  let retries = 0;
  let unanswered = 0;
  const total = clients * decisionsEach;
  const random = seeded(seed);
  // A kill waits for so many acknowledgements, and then for a moment with a decision under way.
  const moments = Array.from({ length: kills }, () => between(random, 20, total - 20)).toSorted((a, b) => a - b);
  let done = 0;
  let killed = 0;
  let restarting: Promise<void> | undefined;

  const killIfDue = (): void => {
    if (!killing || restarting !== undefined || killed >= kills) return;
    if (done < moments[killed]! || unanswered === 0) return;
    killed++;
    restarting = (async () => {
      await server.kill();
      server = start();
      await ready(server);
      restarting = undefined;
    })();
  };

  await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      for (const decision of relayDecisions(seed, client, decisionsEach, time)) {
        unanswered++;
        const answered = decide(
          () => server,
          decision,
          () => retries++,
        );
        killIfDue();
        acknowledged.push(await answered);
        unanswered--;
        done++;
      }
    }),
  );
  await restarting;
  if (killing) expect(killed).toBe(kills);
  expect(await server.stop()).toBe(0);
  const journal = SqliteJournal.open(join(data, 'journal.sqlite'), { readOnly: true });
  const hash = await outcomeHash(journal, partitions);
  await journal.close();
  return { acknowledged, retries, hash };
}

async function allVerdicts(url: string): Promise<WireVerdict[]> {
  const verdicts: WireVerdict[] = [];
  let cursor: string | undefined;
  for (;;) {
    const query = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page = (await (await fetch(`${url}/v1/verdicts?limit=500${query}`)).json()) as {
      verdicts: WireVerdict[];
      next: string;
    };
    if (page.verdicts.length === 0) return verdicts;
    verdicts.push(...page.verdicts);
    cursor = page.next;
  }
}

describe(`a backbone that is killed ${kills} times (seed ${seed})`, () => {
  let calm: Run;
  let rough: Run;

  beforeAll(async () => {
    calm = await runWorkload('calm', false);
    rough = await runWorkload('rough', true);
  }, 600_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('was really hit: clients had to retry', () => {
    expect(rough.retries).toBeGreaterThan(0);
    expect(calm.retries).toBe(0);
  });

  it('has the same outcome as a run without kills', () => {
    expect(rough.hash).toBe(calm.hash);
  });

  it('kept every acknowledged verdict, and exactly one for each decision', async () => {
    const port = await freePort();
    const server = spawnServer({ model, data: join(folder, 'rough'), port });
    await ready(server);
    try {
      const verdicts = await allVerdicts(server.url);
      const byPosition = new Map(verdicts.map((verdict) => [verdict.position, verdict]));
      for (const { decision, position, accepted } of rough.acknowledged) {
        const verdict = byPosition.get(position);
        expect(verdict, `acknowledged verdict of ${decision.id} at ${position}`).toBeDefined();
        expect((verdict!.decision as { id: string }).id).toBe(decision.id);
        expect(verdict!.accepted).toBe(accepted);
      }
      const final = new Map<string, number>();
      for (const verdict of verdicts) {
        const id = (verdict.decision as { id: string }).id;
        final.set(id, (final.get(id) ?? 0) + 1);
      }
      const sent = new Set(rough.acknowledged.map(({ decision }) => decision.id));
      expect([...final.entries()].filter(([, times]) => times !== 1)).toEqual([]);
      expect(new Set(final.keys())).toEqual(sent);
    } finally {
      expect(await server.stop()).toBe(0);
    }
  });

  it('serves subject states that equal a fold of the journal from zero', async () => {
    const before = await subjects('rough', false);
    // Without its store, the backbone folds the journal from the first record on.
    const after = await subjects('rough', true);
    expect(before.length).toBe(clients);
    expect(after).toEqual(before);
  });

  async function subjects(name: string, fromZero: boolean): Promise<unknown[]> {
    const data = join(folder, name);
    if (fromZero) {
      for (const suffix of ['', '-wal', '-shm']) rmSync(join(data, `store.sqlite${suffix}`), { force: true });
    }
    const port = await freePort();
    const server = spawnServer({ model, data, port });
    await ready(server);
    try {
      return await Promise.all(
        Array.from({ length: clients }, async (_, client) => {
          const response = await fetch(`${server.url}/v1/subjects/parcel-${client}`);
          expect(response.status).toBe(200);
          return response.json();
        }),
      );
    } finally {
      expect(await server.stop()).toBe(0);
    }
  }
});
