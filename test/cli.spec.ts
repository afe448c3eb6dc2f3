import { copyFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Standalone, startStandalone } from '@tutti/standalone';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CommandRun, runCommand, startCommand } from './support/command-line.js';
import { freePort, root } from './support/server-process.js';

const MODEL = join(root, 'examples', 'marketplace', 'marketplace.tutti.yaml');

let folder: string;
let data: string;
let backbone: Standalone;

/** Runs `tutti` against the backbone of these tests. */
function tutti(...words: string[]): Promise<CommandRun> {
  return runCommand(words, { cwd: folder, env: { TUTTI_URL: backbone.url } });
}

/** The same with `--json`: the one object it prints. */
async function json(...words: string[]): Promise<{ code: number | null; value: Record<string, unknown> }> {
  const { code, stdout, stderr } = await tutti(...words, '--json');
  expect(stderr).toBe('');
  expect(stdout.trimEnd().split('\n')).toHaveLength(1);
  return { code, value: JSON.parse(stdout) as Record<string, unknown> };
}

function place(order: string, ...values: string[]): Promise<CommandRun> {
  const given = ['seller=seller-3', 'total=4200', 'category=books', 'promised=+3d', ...values];
  return tutti('decide', 'order.place', order, ...given, '--as', 'buyer-9');
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tutti-cli-'));
  data = join(folder, 'data');
  await copyFile(MODEL, join(folder, 'marketplace.tutti.yaml'));
  backbone = await startStandalone({ data, model: MODEL, port: 0 });
  for (const [id, role] of [
    ['buyer-9', 'buyer'],
    ['seller-3', 'seller'],
    ['seller-9', 'seller'],
    ['carrier-1', 'carrier'],
  ]) {
    const { code, stdout } = await tutti('participant', 'add', id!, '--roles', role!);
    expect(stdout).toMatch(/registered {3}in force since epoch \d+/);
    expect(code).toBe(0);
  }
});

afterAll(async () => {
  await backbone.close();
  await rm(folder, { recursive: true });
});

describe('decide', () => {
  it('prints the move and what may come next', async () => {
    const { code, stdout } = await place('order-17');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^✓ accepted {2}order\.place {2}order-17 {2}new → placed {2}sequence 1 {2}verdicts-\d+@\d+ {2}epoch \d+$/m,
    );
    expect(stdout).toMatch(/next +seller-3: ship, cancel · buyer-9: cancel · clock: lapse in 30 days/);
  });

  it('gives the whole verdict as one JSON object', async () => {
    const { code, value } = await json(
      'decide',
      'order.ship',
      'order-17',
      'carrier=carrier-1',
      'tracking=TK-9',
      '--as',
      'seller-3',
    );
    expect(code).toBe(0);
    expect(value).toMatchObject({
      accepted: true,
      moved: { from: 'placed', to: 'shipped' },
      by: { id: 'seller-3', role: 'seller' },
      contract: 'order.ship@1',
      duplicate: false,
      subject: {
        id: 'order-17',
        sequence: 2,
        state: 'shipped',
        parties: { carrier: 'carrier-1' },
        keeps: { total: 4200 },
      },
      decision: { type: 'order.ship', data: { carrier: 'carrier-1', tracking: 'TK-9' } },
    });
    expect(value['position']).toMatch(/^\d+-\d+$/);
  });

  it('ends with 1 where the answer is no, and says who was faster', async () => {
    await place('order-18');
    await tutti('decide', 'order.cancel', 'order-18', '--as', 'buyer-9');
    const ship = [
      'decide',
      'order.ship',
      'order-18',
      'carrier=carrier-1',
      'tracking=TK-10',
      '--as',
      'seller-3',
      '--based-on',
      '1',
    ];
    const { code, stdout } = await tutti(...ship);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^✗ rejected {2}order\.ship {2}order-18 {2}by seller-3/);
    expect(stdout).toMatch(/conflict .*buyer-9.*cancelled/);
    expect(stdout).toContain('tutti help conflict');
  });

  it('leaves it to the contract to judge what does not fit its type', async () => {
    const { code, stdout } = await place('order-90', 'note:=1').then(() =>
      tutti(
        'decide',
        'order.place',
        'order-90',
        'seller=seller-3',
        'total=42.00',
        'category=toys',
        'promised=+2d',
        '--as',
        'buyer-9',
      ),
    );
    expect(code).toBe(1);
    expect(stdout).toMatch(/schema-invalid +\/total .*amounts are in cents, write 4200/);
    expect(stdout).toMatch(/schema-invalid +\/category .*"toys"/);
  });

  it('asks without recording with --dry-run', async () => {
    const { code, stdout } = await place('order-dry', '--dry-run');
    expect(code).toBe(0);
    expect(stdout).toContain('dry run: nothing was recorded');
    expect((await tutti('subject', 'order-dry')).code).toBe(1);
  });

  it('gives the first verdict again for the same id and content', async () => {
    const words = ['--id', 'twice', '--time', new Date().toISOString()];
    const promised = `promised=${new Date(Date.now() + 5 * 86_400_000).toISOString()}`;
    await place('order-twice', promised.replace('promised', 'note'), ...words);
    const order = [
      'decide',
      'order.cancel',
      'order-twice',
      '--as',
      'buyer-9',
      '--id',
      'no',
      '--time',
      new Date().toISOString(),
    ];
    const first = await json(...order);
    const again = await json(...order);
    expect(again.value).toMatchObject({ duplicate: true, position: first.value['position'] });
  });
});

describe('exit codes', () => {
  it('3 where nobody listens', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const words = ['--url', url, '--timeout', '300ms'];
    for (const command of [['status'], ['subject', 'x'], ['edges'], ['decide', 'a.b', 'c', '--as', 'x']]) {
      const { code, stderr } = await tutti(...command, ...words);
      expect(stderr).toMatch(/✗ unavailable .*\n {2}where .*\n {2}mend .*\n {2}more {3}tutti help unavailable/);
      expect(code).toBe(3);
    }
  });

  it('4 where it is not allowed', async () => {
    const token = 'x'.repeat(40);
    const closed = await startStandalone({ data: ':memory:', model: MODEL, port: 0, access: { operatorToken: token } });
    try {
      const refused = await tutti('edges', '--url', closed.url, '--json');
      expect(refused.code).toBe(4);
      expect(JSON.parse(refused.stderr)).toMatchObject({ error: { code: 'unauthenticated', retryable: false } });
      expect((await tutti('edges', '--url', closed.url, '--token', token)).code).toBe(0);

      const issued = await tutti('token', 'new', 'aud-1', '--scopes', 'auditor', '--url', closed.url, '--token', token);
      const auditor = issued.stdout.trim();
      expect(auditor).toMatch(/^tutti_/);
      const forbidden = await tutti('edges', '--url', closed.url, '--token', auditor);
      expect(forbidden.stderr).toMatch(/^✗ forbidden/);
      expect(forbidden.code).toBe(4);
      await tutti('token', 'revoke', auditor, '--url', closed.url, '--token', token);
      expect((await tutti('subject', 'x', '--url', closed.url, '--token', auditor)).code).toBe(4);
    } finally {
      await closed.close();
    }
  });

  it('5 where the outcome is unknown, and says how to send the same again', async () => {
    const silent = await deafServer();
    try {
      const { port } = silent.address() as { port: number };
      const words = ['decide', 'order.close', 'order-u', '--as', 'seller-3'];
      const { code, stderr } = await tutti(...words, '--url', `http://127.0.0.1:${port}`, '--timeout', '400ms');
      expect(code).toBe(5);
      const [, id, time] = /--id (\S+) --time (\S+)/.exec(stderr) ?? [];
      const first = await json(...words, '--id', id!, '--time', time!);
      const again = await json(...words, '--id', id!, '--time', time!);
      expect(again.value).toMatchObject({ duplicate: true, position: first.value['position'] });
    } finally {
      silent.close();
    }
  });
});

/** Takes connections and never answers. */
async function deafServer(): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => {}).resume();
    socket.unref();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

describe('reading', () => {
  it('subject: state, parties, history, and who may do what next', async () => {
    const { stdout } = await tutti('subject', 'order-18');
    expect(stdout).toMatch(/^order-18 {3}order {3}cancelled {3}sequence 2/);
    expect(stdout).toContain('buyer buyer-9 · seller seller-3');
    expect(stdout).toContain('nothing: it has ended');
    expect(stdout).toMatch(/✓ order\.cancel +buyer-9 +verdicts-\d+@\d+ +placed → cancelled/);
    const { value } = await json('subject', 'order-18');
    expect(Object.keys(value)).toEqual(['subject', 'next', 'history']);
  });

  it('explain: a refusal back to who left the state', async () => {
    const lines = (await tutti('tail', 'verdicts', '--no-follow', '--code', 'conflict', '--json')).stdout
      .trimEnd()
      .split('\n');
    const { position, decision } = JSON.parse(lines[0]!) as { position: string; decision: { id: string } };
    const { code, stdout } = await tutti('explain', position);
    expect(code).toBe(0);
    expect(stdout).toMatch(/by +seller-3/);
    expect(stdout).toMatch(/contract +order\.ship@1/);
    expect(stdout).toMatch(/model +marketplace@1 .*published by/);
    expect(stdout).toMatch(/before +cancelled, sequence 2/);
    expect(stdout).toMatch(/left by +buyer-9 left placed with order\.cancel/);
    const stream = `verdicts-${position.replace('-', '@')}`;
    for (const words of [
      [stream],
      [`seller-3/${decision.id}`],
      [decision.id, '--as', 'seller-3'],
      [decision.id, '--subject', 'order-18'],
    ]) {
      expect((await tutti('explain', ...words)).stdout).toBe(stdout);
    }
    expect((await tutti('explain', '0-999999')).code).toBe(1);
  });

  it('tail: filters, and the end of what is on record', async () => {
    const all = await tutti('tail', 'verdicts', '--no-follow', '--json');
    const verdicts = all.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { accepted: boolean });
    const rejected = await tutti('tail', 'verdicts', '--no-follow', '--rejected', '--json');
    expect(rejected.stdout.trimEnd().split('\n')).toHaveLength(verdicts.filter(({ accepted }) => !accepted).length);
    const limited = await tutti('tail', 'verdicts', '--no-follow', '-n', '2');
    expect(limited.stdout.trimEnd().split('\n')).toHaveLength(2);
    const mine = await tutti('tail', 'verdicts', '--no-follow', '--mine', '--as', 'nobody');
    expect(mine.stdout).toBe('');
  });

  it('tail: follows until it is interrupted', async () => {
    const tail = startCommand(['tail', 'verdicts', '--type', 'order.place', '--since', 'start'], {
      cwd: folder,
      env: { TUTTI_URL: backbone.url },
    });
    await tail.printed('order-17');
    await place('order-live');
    await tail.printed('order-live');
    tail.interrupt();
    expect(await tail.ended).toMatchObject({ code: 0, stderr: '' });
  });

  it('status, types, edges', async () => {
    expect((await tutti('status')).stdout).toMatch(/^✓ ready {3}marketplace {3}model marketplace@1/);
    await tutti('types', '--out', 'marketplace.ts');
    expect(await readFile(join(folder, 'marketplace.ts'), 'utf8')).toContain('export interface Marketplace');
    expect(JSON.parse((await tutti('types', '--lang', 'json-schema')).stdout)).toHaveProperty('$defs');
    expect((await tutti('types', '--lang', 'asyncapi')).stdout).toMatch(/^asyncapi: /);
    await tutti('decide', 'order.return', 'order-17', '--as', 'buyer-9');
    expect((await tutti('edges')).stdout).toContain('order.return');
  });

  it('help: every code, and a guess for others', async () => {
    expect((await tutti('help', 'conflict')).stdout).toMatch(/^conflict .*\n.*recorded \(HTTP 409\)/);
    const unknown = await tutti('help', 'conflct');
    expect(unknown.stderr).toContain('did you mean `tutti help conflict`?');
    expect(unknown.code).toBe(1);
    expect((await tutti('help', 'model', 'publish')).stdout).toContain('--because');
  });
});

describe('the model', () => {
  it('check: line, column, caret and remedy, without a backbone', async () => {
    const text = await readFile(MODEL, 'utf8');
    await writeFile(join(folder, 'broken.yaml'), text.replace('order.arrived >', 'order.arived >'));
    const { code, stdout } = await runCommand(['model', 'check', 'broken.yaml'], { cwd: folder });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^broken\.yaml:\d+:\d+ {2}unknown-field/);
    expect(stdout).toMatch(/\^{6} did you mean `arrived`\?\n1 error\.\n$/);
    expect((await runCommand(['model', 'check'], { cwd: folder })).stdout).toContain(
      'ends of order   closed, refunded, cancelled',
    );
  });

  it('test: the file beside it', async () => {
    const passed = await runCommand(['model', 'test', MODEL]);
    expect(passed.code).toBe(0);
    await writeFile(
      join(folder, 'one.tests.yaml'),
      '- it: is not so\n  when: { order.place: { by: buyer-9 } }\n  then: { accepted: true }\n',
    );
    const failed = await tutti('model', 'test', '--tests', 'one.tests.yaml');
    expect(failed.code).toBe(1);
    expect(await tutti('model', 'test')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('tests-file-missing'),
    });
  });

  it('diff and publish: what breaks is named, and needs --breaking', async () => {
    expect(await tutti('model', 'diff')).toMatchObject({ code: 0, stdout: 'No differences to model 1.\n' });
    const text = await readFile(MODEL, 'utf8');
    const next = text.replace(
      'by: [buyer, seller], moves: placed -> cancelled',
      'by: seller, moves: placed -> cancelled',
    );
    expect(next).not.toBe(text);
    await writeFile(join(folder, 'next.yaml'), next);
    const diff = await tutti('model', 'diff', 'next.yaml');
    expect(diff.code).toBe(1);
    expect(diff.stdout).toMatch(/order\.cancel +1 → 2 +BREAKING/);
    const refused = await tutti('model', 'publish', 'next.yaml', '--because', 'a test');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/✗ incompatible[\s\S]*order\.cancel[\s\S]*--breaking/);
    const late = await tutti(
      'model',
      'publish',
      'next.yaml',
      '--because',
      'a test',
      '--breaking',
      '--if-revision',
      '7',
    );
    expect(late.stderr).toContain('revision-mismatch');
    const { value } = await json('model', 'publish', 'next.yaml', '--because', 'a test', '--breaking');
    expect(value).toMatchObject({ from: 1, revision: 2, changed: true });
    expect((await tutti('model', 'publish', 'next.yaml', '--because', 'again')).stdout).toContain(
      'nothing was recorded',
    );
  });
});

describe('keys', () => {
  it('are made once, registered, and then needed', async () => {
    const { value } = await json('keys', 'new', '--as', 'seller-9');
    expect((await stat(join(folder, 'seller-9.key'))).mode & 0o077).toBe(0);
    expect(await tutti('keys', 'new', '--as', 'seller-9')).toMatchObject({ code: 2 });
    const registered = await tutti('participant', 'rotate', 'seller-9', `--public-key=${String(value['publicKey'])}`);
    expect(registered.stdout).toContain('kid seller-9#1');
    const unsigned = await tutti('decide', 'order.cancel', 'order-live', '--as', 'seller-9');
    expect(unsigned.code).toBe(4);
    const signed = await json('decide', 'order.cancel', 'order-live', '--as', 'seller-9', '--key', 'seller-9.key');
    expect(signed.value).toMatchObject({
      accepted: false,
      auth: 'signature seller-9#1',
      reasons: [{ code: 'not-allowed' }],
    });
    const missing = await tutti('decide', 'order.cancel', 'order-live', '--as', 'seller-9', '--key', 'none.key');
    expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining('key-unreadable') });
  });
});

describe('the journal', () => {
  it('is read beside the backbone that writes it', async () => {
    const list = await runCommand(['journal', 'ls', '--data', data, '--json']);
    const { streams } = JSON.parse(list.stdout) as { streams: { stream: string; revision: number }[] };
    expect(streams.map(({ stream }) => stream)).toEqual([
      'control',
      'verdicts-0',
      'verdicts-1',
      'verdicts-2',
      'verdicts-3',
    ]);
    const cat = await runCommand(['journal', 'cat', 'control', '--data', data]);
    const records = cat.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { kind: string });
    expect(records.map(({ kind }) => kind)).toContain('ModelPublished');
    expect(records).toHaveLength(streams[0]!.revision + 1);
    const from = await runCommand(['journal', 'cat', 'control', '--data', data, '--from', '2', '-n', '1', '--json']);
    expect(JSON.parse(from.stdout)).toEqual({ stream: 'control', revision: 2, record: records[2] });
    const unknown = await runCommand(['journal', 'cat', 'controll', '--data', data]);
    expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('did you mean control?') });
    expect((await runCommand(['journal', 'ls', '--data', folder])).code).toBe(2);
  });

  it('gives the outcome hash that the backbone gives', async () => {
    const asked = await tutti('audit', 'outcome');
    expect(asked.stdout).toMatch(/^[0-9a-f]{64}\n$/);
    expect((await runCommand(['audit', 'outcome', '--data', data])).stdout).toBe(asked.stdout);
  });
});

describe('start', () => {
  it('says where it is, locks its folder, and ends with 0 when interrupted', async () => {
    const started = join(folder, 'started');
    const first = startCommand(['start', '--data', started, '--port', '0'], { cwd: folder });
    const printed = await first.printed('Ctrl-C');
    const url = /http:\/\/[\d.:]+/.exec(printed)![0];
    expect(JSON.parse((await runCommand(['status', '--json', '--url', url])).stdout)).toMatchObject({
      ready: true,
      modelRevision: 1,
    });
    const second = await runCommand(['start', MODEL, '--data', started, '--port', '0', '--fresh']);
    expect(second).toMatchObject({ code: 1, stderr: expect.stringContaining('data-locked') });
    first.interrupt();
    expect((await first.ended).code).toBe(0);

    const taken = await runCommand(['start', MODEL, '--data', ':memory:', '--port', new URL(backbone.url).port]);
    expect(taken).toMatchObject({ code: 1, stderr: expect.stringContaining('port-in-use') });

    await writeFile(join(started, 'mine.txt'), 'mine');
    const fresh = startCommand(['start', MODEL, '--data', started, '--port', '0', '--fresh', '--json'], {
      cwd: folder,
    });
    await fresh.printed('"url"');
    fresh.interrupt();
    expect((await fresh.ended).code).toBe(0);
    expect(await readFile(join(started, 'mine.txt'), 'utf8')).toBe('mine');
    const control = await runCommand(['journal', 'cat', 'control', '--data', started]);
    expect(control.stdout.match(/"kind":"SpaceCreated"/g)).toHaveLength(1);
  });

  it('does not start with a model that has errors, and shows them', async () => {
    await writeFile(join(folder, 'bad.yaml'), 'tutti: 1\nmodle: x\n');
    const { code, stderr } = await runCommand(['start', 'bad.yaml', '--data', ':memory:', '--port', '0'], {
      cwd: folder,
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^bad\.yaml:2:1 .*\n.*modle.*\n.*\^.*`model`/m);
  });
});
