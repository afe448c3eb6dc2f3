import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { codesPage, unexplainedCodes } from './docs/codes.ts';
import { commandLinePage } from './docs/command-line.ts';
import { configurationPage } from './docs/configuration.ts';
import { conformanceFiles } from './docs/conformance.ts';
import { httpPage } from './docs/http.ts';
import { modelPage } from './docs/model.ts';
import { root } from './docs/project.ts';

// `npm run docs`: writes the generated part of docs/reference. `npm run docs -- --check` writes nothing and exits with 1
// where a file is stale, or where a code is thrown that no page explains.

const pages = new Map<string, string>([
  ['codes.md', codesPage()],
  ['cli.md', commandLinePage()],
  ['configuration.md', configurationPage()],
  ['http.md', await httpPage()],
  ['model.md', modelPage()],
  ...(await conformanceFiles()),
]);

const isCheck = process.argv.includes('--check');
const wrong: string[] = [];
for (const [name, text] of pages) {
  const path = join(root, 'docs', 'reference', name);
  if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
  if (isCheck) wrong.push(`docs/reference/${name} is stale: run npm run docs`);
  else {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    console.log(`docs/reference/${name}`);
  }
}
for (const [code, places] of unexplainedCodes()) {
  wrong.push(`${code} is thrown at ${places.join(', ')} and no catalogue of codes explains it`);
}
for (const one of wrong) console.error(one);
process.exitCode = wrong.length === 0 ? 0 : 1;
