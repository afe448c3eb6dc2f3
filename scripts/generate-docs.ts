import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { kitFiles } from './conformance/kit.ts';
import { codesPage, unexplainedCodes } from './docs/codes.ts';
import { commandLinePage } from './docs/command-line.ts';
import { configurationPage } from './docs/configuration.ts';
import { httpPage } from './docs/http.ts';
import { modelPage } from './docs/model.ts';
import { root } from './docs/project.ts';
import { wirePage } from './docs/wire.ts';

// `npm run docs`: writes the generated part of docs/reference, and the conformance kit. `npm run docs -- --check` writes
// nothing and exits with 1 where a file is stale, or where a code is thrown that no page explains.

const pages = new Map<string, string>([
  ['docs/reference/codes.md', codesPage()],
  ['docs/reference/cli.md', commandLinePage()],
  ['docs/reference/configuration.md', configurationPage()],
  ['docs/reference/http.md', await httpPage()],
  ['docs/reference/model.md', modelPage()],
  ['docs/reference/wire.md', wirePage()],
  ...(await kitFiles()),
]);

const isCheck = process.argv.includes('--check');
const wrong: string[] = [];
for (const [name, text] of pages) {
  const path = join(root, name);
  if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
  if (isCheck) wrong.push(`${name} is stale: run npm run docs`);
  else {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    console.log(name);
  }
}
for (const [code, places] of unexplainedCodes()) {
  wrong.push(`${code} is thrown at ${places.join(', ')} and no catalogue of codes explains it`);
}
for (const one of wrong) console.error(one);
process.exitCode = wrong.length === 0 ? 0 : 1;
