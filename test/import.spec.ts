import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  importLog,
  type ImportProgress,
  type ImportReport,
  type ImportStoppedError,
  outcomeOfFolder,
} from '@tutti/cli';
import { startStandalone } from '@tutti/standalone';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from './support/command-line.js';
import { root } from './support/server-process.js';

const hospital = join(root, 'examples', 'hospital');
const LOG = join(hospital, 'sepsis.csv');
const MAP = join(hospital, 'sepsis.map.yaml');
const MODEL = join(hospital, 'hospital.tutti.yaml');

let folder: string;
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tutti-import-'));
});

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

afterAll(() => rm(folder, { recursive: true }));

async function start(data: string, partitions = 4): Promise<{ url: string; data: string }> {
  const place = data === ':memory:' ? data : join(folder, data);
  const { url, close } = await startStandalone({ data: place, model: MODEL, port: 0, partitions });
  closing.push(close);
  return { url, data: place };
}

/** What a report says about the decisions, without where and how long. */
function findingsOf({ findings }: ImportReport): unknown {
  return findings.map(({ verdict, code, about, count }) => `${verdict} ${code} ${about} ${count}`).toSorted();
}

describe('a real log', () => {
  it('is imported whole, and importing it again changes nothing', async () => {
    const { url, data } = await start('whole');
    const shares: number[] = [];
    const onProgress = ({ share }: ImportProgress): void => void shares.push(share);
    const first = await importLog({ log: LOG, map: MAP, url, onProgress });
    expect(first).toMatchObject({
      rows: 15_214,
      firstRow: 1,
      lastRow: 15_214,
      subjects: 1_050,
      rejected: 0,
      duplicates: 0,
    });
    expect(first.accepted + first.irregular).toBe(15_214);
    expect(new Set(first.findings.map(({ code }) => code))).toContain('requirement-failed');
    expect(shares).toHaveLength(15_214);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
    const outcome = await outcomeOfFolder(data);

    const again = await importLog({ log: LOG, map: MAP, url });
    expect(again).toMatchObject({ rows: 15_214, duplicates: 15_214, registered: [] });
    expect(findingsOf(again)).toEqual(findingsOf(first));
    expect(again.findings.map(({ samples }) => samples)).toEqual(first.findings.map(({ samples }) => samples));
    expect(await outcomeOfFolder(data)).toBe(outcome);
  });

  it('has the same outcome in other batches, other partitions, and when stopped and resumed at any row', async () => {
    const straight = await start('straight');
    await importLog({ log: LOG, map: MAP, url: straight.url, limit: 3_000 });

    const broken = await start('broken', 3);
    const abort = new AbortController();
    const stopped = (await importLog({
      log: LOG,
      map: MAP,
      url: broken.url,
      limit: 3_000,
      batch: 17,
      lanes: 3,
      signal: abort.signal,
      onProgress: ({ rows }) => {
        if (rows === 1_234) abort.abort();
      },
    }).catch((error: unknown) => error)) as ImportStoppedError;
    expect(stopped).toMatchObject({ code: 'import-stopped', retryable: true });
    expect(stopped.nextRow).toBeGreaterThan(1_234);
    // Whatever was under way has its verdict.
    expect(stopped.report.rows).toBe(stopped.nextRow - 1);
    const rest = await importLog({
      log: LOG,
      map: MAP,
      url: broken.url,
      fromRow: stopped.nextRow,
      limit: 3_000 - stopped.report.rows,
      batch: 1_000,
      lanes: 1,
    });
    expect(rest).toMatchObject({ firstRow: stopped.nextRow, lastRow: 3_000, duplicates: 0, registered: [] });
    expect(await outcomeOfFolder(broken.data)).toBe(await outcomeOfFolder(straight.data));
  });
});

describe('tutti import', () => {
  const map = (more = ''): string => `import: 1
subject: { column: case }
type: { column: what, map: { ER: case.register, T: case.triage }${more} }
participant: { column: who }
time: { column: when, format: 'YYYY-MM-DD HH:mm' }
roles: { desk-1: [desk], nurse-1: [nurse] }
`;
  const rows = [
    'case,what,who,when',
    'a,ER,desk-1,2020-01-01 10:00',
    'a,T,nurse-1,2020-01-01 10:05',
    'b,X,desk-1,2020-01-01 11:00',
    'b,ER,desk-1,2020-01-01 11:01',
  ];

  it('prints numbers and progress, stops at a row that means nothing, and says where to go on', async () => {
    const { url } = await start(':memory:');
    const run = (...more: string[]) =>
      runCommand(['import', 'log.csv', '--map', 'map.yaml', '--url', url, ...more], { cwd: folder });
    await writeFile(join(folder, 'log.csv'), rows.join('\n'));
    await writeFile(join(folder, 'map.yaml'), map());

    const dry = await run('--dry-run', '--limit', '2', '--json');
    expect(JSON.parse(dry.stdout)).toMatchObject({
      rows: 2,
      subjects: 1,
      types: { 'case.register': 1, 'case.triage': 1 },
    });

    const stopped = await run();
    expect(stopped.code).toBe(1);
    expect(stopped.stdout).toMatch(/^2 decisions on 1 subjects/);
    expect(stopped.stderr).toMatch(
      /✗ import-row-invalid {2}row 3: `X` is not in `type\.map`\n {2}where {2}log\.csv:4\n.*--from-row 3/,
    );

    await writeFile(join(folder, 'map.yaml'), map(', unmapped: skip'));
    const rest = await run('--from-row', '3', '--json');
    expect(rest.code).toBe(0);
    expect(JSON.parse(rest.stdout)).toMatchObject({ rows: 1, firstRow: 4, skipped: 1, accepted: 1, registered: [] });

    const again = await run();
    expect(again.code).toBe(0);
    expect(again.stdout).toMatch(/duplicates +3 .*nothing has changed/);
    expect(again.stderr).toContain('100 %');
    expect((await run('--quiet')).stderr).toBe('');
  });

  it('ends with 1 where a decision was rejected: another row under a known id', async () => {
    const { url } = await start(':memory:');
    const run = () => runCommand(['import', 'log.csv', '--map', 'map.yaml', '--url', url], { cwd: folder });
    await writeFile(join(folder, 'map.yaml'), map(', unmapped: skip'));
    await writeFile(join(folder, 'log.csv'), rows.join('\n'));
    await run();
    await writeFile(join(folder, 'log.csv'), rows.join('\n').replace('10:05', '10:06'));
    const { code, stdout } = await run();
    expect(code).toBe(1);
    expect(stdout).toMatch(/rejected, by reason[\s\S]*id-conflict[\s\S]*row 2 .*tutti explain/);
  });

  it('refuses a map with line, column and caret, a log without the column, and no backbone', async () => {
    await writeFile(join(folder, 'log.csv'), rows.join('\n'));
    await writeFile(join(folder, 'bad.yaml'), map().replace('subject:', 'subjekt:'));
    const bad = await runCommand(['import', 'log.csv', '--map', 'bad.yaml'], { cwd: folder });
    expect(bad.code).toBe(2);
    expect(bad.stderr).toMatch(/bad\.yaml:2:1 {2}map-unknown-key .*\n.*subjekt.*\n.*\^{7} did you mean `subject`\?/);
    await writeFile(join(folder, 'bad.yaml'), map().replace('column: who', 'column: whom'));
    const missing = await runCommand(['import', 'log.csv', '--map', 'bad.yaml'], { cwd: folder });
    expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining('did you mean `who`?') });
    const none = await runCommand(['import', 'nothing.csv', '--map', 'map.yaml'], { cwd: folder });
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('file-unreadable') });
  });
});
