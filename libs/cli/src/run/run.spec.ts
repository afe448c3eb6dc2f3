import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from './run.js';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tutti-run-'));
});

afterAll(() => rmSync(folder, { recursive: true }));

async function tutti(...words: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const written = { stdout: '', stderr: '' };
  const code = await run(words, {
    stdout: { write: (text) => (written.stdout += text) },
    stderr: { write: (text) => (written.stderr += text) },
    env: {},
    signal: new AbortController().signal,
    exitCode: 0,
  });
  return { code, ...written };
}

describe('a command line that cannot be understood', () => {
  it.each([
    [['decide', 'order.place'], "missing required argument 'subject'"],
    [['decide', 'order.place', 'order-1'], 'whose decision is it?'],
    [['decide', 'order.place', 'order-1', '--as', 'x', '--time', 'soon'], 'no time: soon'],
    [['decide', 'order.place', 'order-1', '--as', 'x', '--based-on', '-1'], 'a whole number, 0 or more'],
    [['decide', 'order.place', 'order-1', '--as', 'x', '--timeout', '5'], 'write it as 500ms'],
    [['subjct', 'order-1'], "unknown command 'subjct'"],
    [['subject', 'order-1', '--jsn'], "unknown option '--jsn'"],
    [['tail', 'verdicts', '--mine'], 'whose verdicts are yours?'],
    [['tail', 'verdicts', '--since', 'lately', '--no-follow'], 'no time: lately'],
    [['tail', 'verdicts', '--accepted', '--rejected'], "'--rejected' cannot be used with option '--accepted'"],
    [['types', '--lang', 'cobol'], 'Allowed choices are ts, json-schema, asyncapi'],
    [['model'], 'Usage: tutti model'],
    [['model', 'publish'], "'--because <text>' not specified"],
    [['explain', 'some-id'], 'whose decision is some-id?'],
    [['import', 'log.csv'], "'--map <file>' not specified"],
    [['token', 'new', 'x', '--scopes', 'god'], 'there is no scope god'],
    [['journal', 'ls', '--data', '/nowhere'], 'there is no journal in this folder'],
    [['model', 'check', '/nowhere.yaml'], 'ENOENT'],
  ])('%j ends with 2', async (words, message) => {
    const { code, stdout, stderr } = await tutti(...words);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
    expect(stdout).toBe('');
  });

  it('is told what was probably meant, and where there is more', async () => {
    expect((await tutti('subjct', 'x')).stderr).toBe(
      "✗ usage  unknown command 'subjct'\n  mend   Did you mean subject?\n  more   tutti --help, tutti COMMAND --help\n",
    );
  });
});

describe('errors', () => {
  it('name code, place, remedy and page', async () => {
    expect((await tutti('model', 'check', '/nowhere.yaml')).stderr).toBe(
      '✗ file-unreadable  it cannot be read: ENOENT\n' +
        '  where  /nowhere.yaml\n' +
        '  mend   check its name, and who may read it\n' +
        '  more   tutti help file-unreadable\n',
    );
  });

  it('are one JSON object on standard error with --json', async () => {
    const { stdout, stderr } = await tutti('model', 'check', '/nowhere.yaml', '--json');
    expect(stdout).toBe('');
    expect(JSON.parse(stderr)).toEqual({
      error: {
        code: 'file-unreadable',
        message: 'it cannot be read: ENOENT',
        retryable: false,
        where: '/nowhere.yaml',
        mend: 'check its name, and who may read it',
      },
    });
  });
});

describe('help', () => {
  it('shows the commands, and ends with 2 where nothing was asked', async () => {
    const none = await tutti();
    expect(none.code).toBe(2);
    expect(none.stdout).toMatch(/Daily:[\s\S]*decide[\s\S]*Administering:[\s\S]*model[\s\S]*Auditing:[\s\S]*journal/);
    expect(await tutti('help')).toEqual({ code: 0, stdout: none.stdout, stderr: '' });
    expect(await tutti('--version')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });

  it('lets every command take the shared options', async () => {
    for (const words of [['status'], ['decide'], ['model', 'check'], ['journal', 'cat'], ['keys', 'new'], ['start']]) {
      const { code, stdout } = await tutti('help', ...words);
      expect(code, words.join(' ')).toBe(0);
      for (const option of ['--url', '--as', '--key', '--token', '--json', '--quiet']) expect(stdout).toContain(option);
    }
  });

  it('explains codes', async () => {
    expect((await tutti('help', 'conflict')).stdout).toMatch(
      /^conflict {3}Somebody else was faster\n {2}occurs .*HTTP 409/,
    );
    const { stdout } = await tutti('help', 'too-large', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ code: 'too-large', meanings: [{ status: 422 }] });
    expect(await tutti('help', 'conflct')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('did you mean `tutti help conflict`?'),
    });
  });
});

describe('what participants wrote', () => {
  it('cannot steer the terminal of who reads it', async () => {
    writeFileSync(join(folder, 'evil.yaml'), 'tutti: 1\n\u001B[2J\u009B31m: x\n');
    const { stdout, stderr } = await tutti('model', 'check', join(folder, 'evil.yaml'));
    for (const sign of ['\u001B', '\u009B']) expect(stdout + stderr).not.toContain(sign);
    expect(stdout).toContain('\\x1b[2J');
  });
});
