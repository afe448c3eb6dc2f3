import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { NestFactory } from '@nestjs/core';
import { connect } from '@tutti/client';
import { connectAdmin } from '@tutti/client/admin';
import { startStandalone } from '@tutti/standalone';
import { describe, expect, it, onTestFinished } from 'vitest';
import { masked, matches } from './support/docs/mask.js';
import { anchorsOf, blocksOf, regionOf } from './support/docs/page.js';
import { runPage } from './support/docs/run-page.js';
import { Terminal, until } from './support/docs/terminal.js';
import { freePort, root } from './support/server-process.js';

const SNIPPETS = 'docs/how-to/snippets';
const PAGES = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'ARCHITECTURE.md', ...filesIn('docs', '.md')];
/** These have decorators, which Node does not strip: the spec imports them. */
const IMPORTED = new Set(['shipping.module.ts']);

function filesIn(folder: string, ending: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(ending))
    .map((path) => `${folder}/${path}`)
    .toSorted();
}

function textOf(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

function terminal(env: Record<string, string>): Terminal {
  const made = new Terminal(env);
  onTestFinished(() => made.close());
  return made;
}

/** A backbone with the marketplace's model and a participant in each of three roles; its address. */
async function marketplace(data = ':memory:'): Promise<string> {
  const model = join(root, 'examples/marketplace/marketplace.tutti.yaml');
  const backbone = await startStandalone({ data, model, port: 0 });
  onTestFinished(() => backbone.close());
  const admin = await connectAdmin({ url: backbone.url });
  for (const role of ['buyer', 'seller', 'carrier']) {
    const id = { buyer: 'buyer-9', seller: 'seller-3', carrier: 'carrier-1' }[role]!;
    await admin.addParticipant({ id, roles: [role] }, { because: 'docs' });
  }
  admin.close();
  return backbone.url;
}

describe('comparing with a page', () => {
  it('takes other times, positions and column widths for the same, and nothing else', () => {
    const shown = '✓ accepted  order-1   verdicts-1@12   epoch 5   at 2026-03-02T10:15:00.000Z';
    expect(matches('✓ accepted  order-1  verdicts-1@2  epoch 41  at 2026-11-25T02:15:00.120Z\n', shown)).toBe(true);
    expect(matches('✓ accepted  order-1  verdicts-2@2  epoch 41  at 2026-11-25T02:15:00.120Z\n', shown)).toBe(false);
    expect(matches('✗ rejected  order-1  verdicts-1@2  epoch 41  at 2026-11-25T02:15:00.120Z\n', shown)).toBe(false);
  });

  it('lets … stand for lines that are not shown', () => {
    expect(matches('a\nb\nc\nd\n', 'a\n…\nd')).toBe(true);
    expect(matches('a\nb\nc\nd\n', 'a\n…\ne')).toBe(false);
    expect(matches('a\nb\n', 'a')).toBe(false);
  });
});

describe('the reference', () => {
  it('is what the code says today, and every code that is thrown has a page', () => {
    const made = spawnSync(process.execPath, [join(root, 'scripts/generate-docs.ts'), '--check'], {
      encoding: 'utf8',
      timeout: 120_000,
    });
    expect(made.stderr).toBe('');
    expect(made.status).toBe(0);
  });
});

describe('the tutorial', () => {
  it('does what it prints', async () => {
    const port = `${await freePort()}`;
    const shell = terminal({ TUTTI_PORT: port, TUTTI_URL: `http://127.0.0.1:${port}` });
    expect(await runPage('docs/tutorial/README.md', shell)).toEqual([]);
  });
});

describe('how-to pages', () => {
  const pages = filesIn('docs/how-to', '.md').filter((path) => textOf(path).includes('```console'));

  it.each(pages)('%s does what it prints', async (path) => {
    const shell = terminal({});
    const data = join(shell.folder, 'data');
    const page = terminal({ TUTTI_URL: await marketplace(data), TUTTI_DATA: data });
    expect(await runPage(path, page)).toEqual([]);
  });
});

describe('snippets', () => {
  const files = readdirSync(join(root, SNIPPETS)).filter((name) => name.endsWith('.ts'));

  it.each(files.filter((name) => !IMPORTED.has(name)))('%s runs', async (name) => {
    const shell = terminal({ TUTTI_URL: await marketplace() });
    const { output, exitCode } = await shell.run(`cd '${root}' && node '${join(root, SNIPPETS, name)}'`);
    expect(output).not.toContain('Error');
    expect(exitCode, output).toBe(0);
  });

  it('shipping.module.ts ships, and hears of a cancellation', async () => {
    const url = await marketplace();
    process.env['TUTTI_URL'] = url;
    const { Shipping, ShippingModule } = await import('../docs/how-to/snippets/shipping.module.js');
    const app = await NestFactory.createApplicationContext(ShippingModule, { logger: false });
    onTestFinished(() => app.close());
    const buyer = await connect({ url, participant: 'buyer-9' });
    onTestFinished(() => buyer.close());
    const promised = new Date(Date.now() + 3 * 86_400_000).toISOString();
    const data = { seller: 'seller-3', total: 4200, category: 'books', promised };
    for (const subject of ['order-1', 'order-2']) await buyer.decide({ type: 'order.place', subject, data });

    const shipped = await app.get(Shipping).ship('order-1', 'TK-9');
    await buyer.decide({ type: 'order.cancel', subject: 'order-2', data: {} });

    expect(shipped).toMatchObject({ accepted: true, subject: { state: 'shipped' } });
    await until(
      () => app.get(Shipping).stopped.includes('order-2'),
      () => 'the handler was not called',
    );
  });

  it.each(PAGES)('%s shows its files as they are', (path) => {
    for (const { note, text, where } of blocksOf(path)) {
      const [, file, region] = /^file: ([^#\s]+)(?:#(\S+))?$/.exec(note ?? '') ?? [];
      if (file === undefined) continue;
      const wanted = regionOf(file, region);
      if (process.env['TUTTI_TEST_UPDATE'] !== undefined && text !== wanted) fill(path, note!, text, wanted);
      expect.soft(text, where).toBe(wanted);
    }
  });
});

function fill(path: string, note: string, old: string, wanted: string): void {
  const before = `<!-- ${note} -->\n\`\`\`ts\n`;
  const found = `${before}${old}${old === '' ? '' : '\n'}\`\`\``;
  writeFileSync(
    join(root, path),
    textOf(path).replace(found, () => `${before}${wanted}\n\`\`\``),
  );
}

describe('every page', () => {
  it.each(PAGES)('%s names only what exists', (path) => {
    const text = textOf(path);
    const links = [...text.matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)].map(([, to]) => join(dirname(path), to!));
    const anchors = [...text.matchAll(/\]\(([^)#:\s]*)#([^)\s]+)\)/g)].filter(([, to, anchor]) => {
      const target = to === '' ? path : join(dirname(path), to!);
      return target.endsWith('.md') && existsSync(join(root, target)) && !anchorsOf(target).has(anchor!);
    });
    expect(anchors.map(([link]) => link)).toEqual([]);
    const named = [...text.matchAll(/`((?:libs|services|docs|test|examples|scripts|bench)\/[\w./-]+)`/g)].map(
      ([, to]) => to!,
    );
    const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
    const runs = [...text.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name!);
    expect([...links, ...named].filter((one) => !existsSync(join(root, one)))).toEqual([]);
    expect(runs.filter((name) => scripts[name] === undefined)).toEqual([]);
  });

  it('npx tutti is the command line that was built', () => {
    const { status, stdout, stderr } = spawnSync('npx', ['--no-install', 'tutti', '--version'], {
      cwd: root,
      encoding: 'utf8',
      timeout: 60_000,
    });
    expect(stderr).toBe('');
    expect({ status, stdout }).toEqual({ status: 0, stdout: `${version()}\n` });
  });
});

function version(): string {
  return (JSON.parse(textOf('libs/cli/package.json')) as { version: string }).version;
}

describe('README.md', () => {
  it('does what it prints, after the import of the hospital', async () => {
    const port = `${await freePort()}`;
    const url = `http://127.0.0.1:${port}`;
    const shell = terminal({ TUTTI_URL: url });
    const start = join(root, 'examples/hospital/start.ts');
    const data = join(shell.folder, 'hospital');
    const hospital = shell.start(`node '${start}' --data '${data}' --port ${port}`);
    await until(
      () => hospital.output().includes('serving '),
      () => hospital.output(),
      120_000,
    );
    const blocks = blocksOf('README.md');
    const commands = blocks.flatMap(({ text }) => text.split('\n')).filter((line) => line.startsWith('npx tutti '));
    expect(commands.length).toBeGreaterThan(0);
    for (const command of commands) {
      const { output, exitCode } = await shell.run(command);
      expect(exitCode, `${command}\n${output}`).toBe(0);
    }
    const program = blocks.find(({ words }) => words[0] === 'ts')!.text.replace('http://127.0.0.1:4400', url);
    writeFileSync(join(shell.folder, 'program.ts'), `${program}\nawait tutti.close();\n`);
    const { output, exitCode } = await shell.run('node program.ts');
    expect({ output, exitCode }).toEqual({ output: '', exitCode: 0 });

    const sample = /<!-- sample:start -->([\s\S]*)<!-- sample:end -->/.exec(textOf('README.md'))?.[1] ?? '';
    const printed = comparable(hospital.output());
    // Paths and speeds differ from machine to machine.
    expect(comparable(sample).filter((line) => !line.startsWith('```') && !printed.includes(line))).toEqual([]);
  });
});

function comparable(text: string): string[] {
  return text
    .split('\n')
    .map((line) => (/\b[0-9a-f]{64}\b/.test(line) ? line.replace(/ +/g, ' ').trim() : masked(line)))
    .filter((line) => line !== '' && !/SQLite in|\d \/?s\b|a second$/.test(line));
}
