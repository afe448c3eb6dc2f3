import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SCENARIO_CODES } from '@tutti/contracts';
import { CLASS_CODES } from '@tutti/model';
import { allCodes, type CodeEntry, codeEntries } from '../../libs/cli/dist/codes/code-pages.js';
import { GENERATED, root, sourceFiles } from './project.ts';

interface Meaning {
  title: string;
  meaning: string;
  mend: string;
}

/** Catalogues of the libraries, besides those that `tutti help` reads. */
const CATALOGUES: readonly [occurs: string, codes: Readonly<Record<string, Meaning>>][] = [
  ['in a contract written as a class', CLASS_CODES],
  ['in a tests file: `tutti model test` shows where', SCENARIO_CODES],
];

/** Every meaning of every code, sorted by code. */
export function everyCode(): Map<string, CodeEntry[]> {
  const all = new Map<string, CodeEntry[]>(allCodes().map((code) => [code, codeEntries(code)]));
  for (const [occurs, codes] of CATALOGUES) {
    for (const [code, meaning] of Object.entries(codes)) {
      if (!all.has(code)) all.set(code, [{ code, occurs, ...meaning }]);
    }
  }
  return new Map([...all].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Codes that are thrown somewhere, with the places; those made of several texts are left out. */
export function thrownCodes(): Map<string, string[]> {
  const thrown = new Map<string, string[]>();
  for (const path of sourceFiles()) {
    const text = readFileSync(join(root, path), 'utf8');
    for (const match of text.matchAll(/(?:new \w*Error|super)\(\s*'([a-z]+(?:-[a-z]+)*)'/g)) {
      const line = text.slice(0, match.index).split('\n').length;
      thrown.set(match[1]!, [...(thrown.get(match[1]!) ?? []), `${path}:${line}`]);
    }
  }
  return thrown;
}

/** Codes thrown in the sources that no catalogue explains: code and places. */
export function unexplainedCodes(): [code: string, places: string[]][] {
  const known = everyCode();
  return [...thrownCodes()].filter(([code]) => !known.has(code));
}

const INTRODUCTION = `# Codes

A code is literal and never changes; the sentences beside it may. \`tutti help CODE\` shows the same pages on the command line.

A *reason* is part of a recorded verdict. Everything else was refused before anything was recorded, or occurs where no backbone is asked at all. The same word can be both: it means the same, and \`recorded\` in the answer says which it was.
*Retryable* means that the same thing, sent again unchanged, may succeed later.
`;

/** \`codes.md\` */
export function codesPage(): string {
  const groups = new Map<string, CodeEntry[]>();
  for (const entry of [...everyCode().values()].flat()) {
    groups.set(entry.occurs, [...(groups.get(entry.occurs) ?? []), entry]);
  }
  const order = [...groups.keys()].toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  let page = `${GENERATED}${INTRODUCTION}\n`;
  for (const occurs of order) page += `- [${capital(occurs)}](#${anchor(occurs)})\n`;
  for (const occurs of order) {
    page += `\n## ${capital(occurs)}\n`;
    for (const entry of groups.get(occurs)!) page += codeSection(entry);
  }
  return page;
}

function codeSection({ code, title, status, retryable, meaning, mend }: CodeEntry): string {
  const facts = [
    ...(status === undefined ? [] : [`HTTP ${status}`]),
    ...(retryable === true ? ['retryable'] : []),
  ].join(', ');
  return `\n### \`${code}\`\n\n**${title}.**${facts === '' ? '' : ` ${capital(facts)}.`} ${meaning}\n\n*Mend:* ${mend}\n`;
}

function rank(occurs: string): number {
  if (occurs.startsWith("a verdict's reason")) return 0;
  return occurs.startsWith('an answer over HTTP') ? 1 : 2;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** As GitHub makes the anchor of a heading. */
function anchor(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');
}
