import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../server-process.js';
import { type Block, blocksOf, commandsOf } from './page.js';
import { masked, matches } from './mask.js';
import { type Started, type Terminal, until } from './terminal.js';

/**
 * Does what a page says, block by block, and compares what it shows with what happens:
 *
 * - `console`: commands (`$ …`) and what they print. A note `exit 1` before the block: of its last command.
 * - `console server`: the command goes on in a terminal of its own; without a command, what it prints next.
 * - `diff FILE`: an edit: the lines with `-` become those with `+`.
 *
 * Where `TUTTI_TEST_UPDATE` is set, what is printed replaces what a page shows.
 *
 * @returns a sentence for each difference
 */
export async function runPage(path: string, terminal: Terminal): Promise<string[]> {
  const wrong: string[] = [];
  let server: Server | undefined;
  for (const block of blocksOf(path)) {
    const [language, what] = block.words;
    if (language === 'diff' && what !== undefined) edit(block, join(terminal.cwd, what));
    else if (language !== 'console') continue;
    else if (what === 'server' && block.text.startsWith('$ ')) {
      const [shown] = commandsOf(block);
      await server?.stop();
      server = new Server(terminal.start(shown!.command));
      await server.prints(shown!.output, block.where);
    } else if (what === 'server') await server!.prints(block.text, block.where);
    else wrong.push(...(await runBlock(path, block, terminal)));
  }
  return wrong;
}

async function runBlock(path: string, block: Block, terminal: Terminal): Promise<string[]> {
  const wrong: string[] = [];
  const commands = commandsOf(block);
  let printed = '';
  for (const [index, { command, output: shown }] of commands.entries()) {
    const { output, exitCode } = await terminal.run(command);
    const expected = index === commands.length - 1 ? Number(/^exit (\d)$/.exec(block.note ?? '')?.[1] ?? 0) : 0;
    printed += `$ ${command}\n${output === '' ? '' : `${output.trimEnd()}\n`}`;
    if (exitCode !== expected) wrong.push(`${block.where}: ${command}\nexits with ${exitCode}:\n${output}`);
    else if (!matches(output, shown)) {
      wrong.push(`${block.where}: ${command}\nprints\n${masked(output)}\nand the page shows\n${masked(shown)}`);
    }
  }
  if (wrong.length > 0 && process.env['TUTTI_TEST_UPDATE'] !== undefined) {
    const text = readFileSync(join(root, path), 'utf8');
    writeFileSync(
      join(root, path),
      text.replace(`\n${block.text}\n\`\`\``, () => `\n${printed}\`\`\``),
    );
  }
  return wrong;
}

/** A process that goes on, and how much of its output a page has shown. */
class Server {
  #shown = 0;

  constructor(private readonly process: Started) {}

  stop(): Promise<void> {
    return this.process.stop();
  }

  async prints(shown: string, where: string): Promise<void> {
    const wanted = masked(shown).split('\n');
    const seen = (): string[] => masked(this.process.output()).split('\n').slice(this.#shown);
    const found = (): number => seen().findIndex((_, at) => wanted.every((line, n) => seen()[at + n] === line));
    await until(
      () => found() >= 0,
      () => `${where}: the server does not print\n${wanted.join('\n')}\nbut\n${seen().join('\n')}`,
    );
    this.#shown += found() + wanted.length;
  }
}

function edit(block: Block, file: string): void {
  if (!existsSync(file)) throw new Error(`${block.where}: there is no ${file}`);
  const lines = block.text.split('\n');
  const of = (sign: string): string =>
    lines
      .filter((line) => line.startsWith(sign))
      .map((line) => line.slice(1))
      .join('\n');
  const text = readFileSync(file, 'utf8');
  if (text.split(of('-')).length !== 2) throw new Error(`${block.where}: not once in ${file}:\n${of('-')}`);
  writeFileSync(
    file,
    text.replace(of('-'), () => of('+')),
  );
}
