import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../server-process.js';

/** A fenced block of a Markdown page. */
export interface Block {
  /** `docs/tutorial/README.md:42` */
  where: string;
  /** Words after the fence: language first. */
  words: string[];
  /** Text of the HTML comment on the line before, if there is one. */
  note: string | undefined;
  text: string;
}

/** The fenced blocks of a page, in order. */
export function blocksOf(path: string): Block[] {
  const lines = readFileSync(join(root, path), 'utf8').split('\n');
  const blocks: Block[] = [];
  for (let start = 0; start < lines.length; start++) {
    const opening = /^```(.*)$/.exec(lines[start]!);
    if (opening === null) continue;
    const end = lines.indexOf('```', start + 1);
    if (end < 0) throw new Error(`${path}:${start + 1}: the block has no end`);
    blocks.push({
      where: `${path}:${start + 1}`,
      words: opening[1]!.split(' ').filter((word) => word !== ''),
      note: /^<!-- (.*) -->$/.exec(lines[start - 1] ?? '')?.[1],
      text: lines.slice(start + 1, end).join('\n'),
    });
    start = end;
  }
  return blocks;
}

/** Anchors of a page's headings, as GitHub makes them. */
export function anchorsOf(path: string): Set<string> {
  const headings = readFileSync(join(root, path), 'utf8').matchAll(/^#+ (.*)$/gm);
  return new Set(
    [...headings].map(([, text]) =>
      text!
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

/** A command as a page prints it, and what it prints. */
export interface Shown {
  command: string;
  output: string;
}

/** The commands of a block (`$ …`, continued after a backslash) with the lines below each. */
export function commandsOf(block: Block): Shown[] {
  const shown: Shown[] = [];
  let isContinued = false;
  for (const line of block.text.split('\n')) {
    const last = shown.at(-1);
    if (line.startsWith('$ ')) shown.push({ command: line.slice(2), output: '' });
    else if (last === undefined) throw new Error(`${block.where}: begins with no command`);
    else if (isContinued) last.command += `\n${line}`;
    else last.output += `${line}\n`;
    isContinued = line.endsWith('\\') && (line.startsWith('$ ') || isContinued);
  }
  return shown;
}

/** A region of a source file (`// #region NAME` to `// #endregion`), or the whole file, without common indentation. */
export function regionOf(path: string, name?: string): string {
  const lines = readFileSync(join(root, path), 'utf8').split('\n');
  const start = name === undefined ? -1 : lines.findIndex((line) => line.trim() === `// #region ${name}`);
  if (name !== undefined && start < 0) throw new Error(`${path} has no region ${name}`);
  const end =
    name === undefined ? lines.length : lines.findIndex((line, at) => at > start && line.trim() === '// #endregion');
  const region = lines.slice(start + 1, end).filter((line) => !/^\s*(?:\/\/ #(?:end)?region|\/\* oxlint-)/.test(line));
  const indents = region.filter((line) => line.trim() !== '').map((line) => /^ */.exec(line)![0].length);
  const indent = Math.min(...indents);
  return region
    .map((line) => line.slice(indent))
    .join('\n')
    .trim();
}
