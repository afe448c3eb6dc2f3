import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDataFolder, SqliteJournal, SqliteSubjectStore } from '@tutti/adapter-sqlite';
import { readEvent, serializeSubject } from '@tutti/contracts';
import { parseModel } from '@tutti/model';
import { createBackbone, outcomeHash, type Answer, type Backbone } from '@tutti/runtime';

const { definition } = parseModel(
  `
tutti: 1
model: till
roles: { guest: orders }
open: [guest]
interaction:
  tab:
    states: [open, paid]
    keeps: { rounds: count(round), total: sum(round.cents) }
    decisions:
      start: { by: guest, moves: new -> open }
      round: { by: any guest, data: { cents: { type: integer, minimum: 0 } } }
      pay:   { by: any guest, moves: open -> paid }
`,
  'till.tutti.yaml',
);

const time = new Date().toISOString();

function event(type: string, subject: string, id: string, data: object = {}) {
  const content = { specversion: '1.0', id, source: '/participants/g-1', type: `tab.${type}`, subject, time, data };
  return readEvent({ mode: 'structured', bytes: Buffer.from(JSON.stringify(content)) });
}

let folder: string;
let backbone: Backbone;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tutti-backbone-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function start(at: string, subjectsInMemory = 1_000): Promise<() => Promise<void>> {
  const data = openDataFolder(at);
  backbone = await createBackbone({
    space: 'till',
    partitions: 3,
    trust: 'network',
    journal: data.journal,
    store: data.store,
    subjectsInMemory,
    tasks: { flushVerdicts: 40 },
    model: { definition: definition!, by: 'ops-1', because: 'spec', evenIfChanged: false, breaking: false },
  });
  return async () => {
    await backbone.close();
    await data.close();
  };
}

/** 60 tabs, five decisions each, in waves. */
async function evening(): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let wave = 0; wave < 5; wave++) {
    const type = wave === 0 ? 'start' : wave === 4 ? 'pay' : 'round';
    const submissions = Array.from({ length: 60 }, (_, tab) => ({
      event: event(type, `tab-${tab}`, `${type}-${wave}`, type === 'round' ? { cents: 100 * wave + tab } : {}),
      authentication: { how: 'none' as const },
    }));
    for (const answer of await backbone.submitAll(submissions)) {
      if (answer instanceof Error) throw answer;
      answers.push(answer);
    }
  }
  return answers;
}

async function tabs(): Promise<string[]> {
  const subjects = await Promise.all(Array.from({ length: 60 }, (_, tab) => backbone.subject(`tab-${tab}`)));
  return subjects.map((subject) => `${serializeSubject(subject!)} ${subject!.log.revisions().join(' ')}`);
}

describe.each([1_000, 6])('the backbone on SQLite, with memory for %i subjects', (subjectsInMemory) => {
  it('keeps every verdict and subject over a stop, and knows duplicates', async () => {
    const stop = await start(join(folder, 'data'), subjectsInMemory);
    const answers = await evening();
    expect(answers.every(({ verdict, duplicate }) => verdict.accepted && !duplicate)).toBe(true);
    const before = await tabs();
    await stop();

    const stopAgain = await start(join(folder, 'data'), subjectsInMemory);
    expect(await tabs()).toEqual(before);
    const again = await evening();
    expect(again.every(({ duplicate }) => duplicate)).toBe(true);
    expect(again.map(({ verdict }) => verdict)).toEqual(answers.map(({ verdict }) => verdict));
    await stopAgain();
  });

  it('rebuilds a store that was lost, from the journal alone', async () => {
    const stop = await start(join(folder, 'data'), subjectsInMemory);
    await evening();
    const before = await tabs();
    await stop();
    for (const end of ['', '-wal', '-shm']) rmSync(join(folder, 'data', `store.sqlite${end}`), { force: true });
    const stopAgain = await start(join(folder, 'data'), subjectsInMemory);
    expect(await tabs()).toEqual(before);
    await stopAgain();
  });
});

describe('the outcome on SQLite', () => {
  it('is the same in memory and on disk', async () => {
    const stop = await start(join(folder, 'data'));
    await evening();
    await stop();
    const journal = SqliteJournal.open(join(folder, 'data', 'journal.sqlite'), { readOnly: true });
    const onDisk = await outcomeHash(journal, 3);
    await journal.close();

    const inMemory = SqliteJournal.open(':memory:');
    backbone = await createBackbone({
      space: 'till',
      partitions: 2,
      trust: 'network',
      journal: inMemory,
      store: SqliteSubjectStore.open(':memory:'),
      model: { definition: definition!, by: 'ops-1', because: 'spec', evenIfChanged: false, breaking: false },
    });
    await evening();
    expect(await outcomeHash(inMemory, 2)).toBe(onDisk);
    await backbone.close();
  });
});

describe('a full disk', () => {
  it('makes decisions wait, and readiness say so; nothing is lost when there is room again', async () => {
    const journal = SqliteJournal.open(join(folder, 'journal.sqlite'));
    backbone = await createBackbone({
      space: 'till',
      partitions: 1,
      trust: 'network',
      journal,
      store: SqliteSubjectStore.open(join(folder, 'store.sqlite')),
      model: { definition: definition!, by: 'ops-1', because: 'spec', evenIfChanged: false, breaking: false },
    });
    await evening();
    journal.limitSize(1);
    const late = Array.from({ length: 2_000 }, (_, n) => ({
      event: event('start', `late-${n}`, `late-${n}`),
      authentication: { how: 'none' as const },
    }));
    const waiting = backbone.submitAll(late);
    await expect.poll(() => backbone.status()).toMatchObject({ ready: false, problems: [{ code: 'disk-full' }] });
    journal.limitSize(undefined);
    const answers = (await waiting) as Answer[];
    expect(answers.filter(({ verdict, duplicate }) => verdict.accepted && !duplicate)).toHaveLength(2_000);
    expect(backbone.status()).toMatchObject({ ready: true, problems: [] });
    await backbone.close();
  });
});
