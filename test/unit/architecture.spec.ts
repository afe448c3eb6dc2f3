import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const sources = globSync(['libs/**/src/**/*.ts', 'services/*/src/**/*.ts'], { cwd: root, exclude: ['**/dist/**'] });

/** Pure domain packages and what they may import besides each other's predecessors. */
const pure: Record<string, RegExp> = {
  'libs/kernel': /^(node:(crypto|buffer)|canonicalize)$/,
  'libs/model':
    /^(@tutti\/kernel|node:(crypto|buffer)|yaml|re2js|ajv(\/.*)?|ajv-formats|@marcbachmann\/cel-js|class-validator|class-transformer(\/cjs\/storage\.js|\/types\/storage\.js)?|reflect-metadata)$/,
  'libs/contracts': /^(@tutti\/(kernel|model)|node:(crypto|buffer)|yaml)$/,
};

/** Which of our packages each one may build on; everything not named may not be imported. */
const mayUse: Record<string, string[]> = {
  'libs/kernel': [],
  'libs/model': ['kernel'],
  'libs/contracts': ['kernel', 'model'],
  'libs/runtime': ['kernel', 'model', 'contracts'],
  'libs/adapters/sqlite': ['kernel', 'contracts', 'runtime'],
  'libs/adapters/kafka': ['kernel', 'contracts', 'runtime'],
  'libs/adapters/eventstore': ['kernel', 'contracts', 'runtime'],
  'libs/adapters/postgres': ['kernel', 'contracts', 'runtime'],
  'libs/client': ['kernel', 'contracts'],
  'libs/nest': ['client', 'kernel'],
};

const imports = /(?:^|\n)\s*(?:import|export)\s[^;'"]*?from\s+['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/g;

function importsOf(file: string): string[] {
  return [...readFileSync(join(root, file), 'utf8').matchAll(imports)].map((m) => (m[1] ?? m[2])!);
}

describe('the dependency rule', () => {
  it('sees the sources', () => {
    expect(sources.length).toBeGreaterThan(50);
  });

  it.each(Object.entries(pure))('%s imports nothing that does I/O', (folder, allowed) => {
    const wrong = sources
      .filter((file) => file.startsWith(`${folder}/`) && !file.endsWith('.spec.ts'))
      .flatMap((file) =>
        importsOf(file)
          .filter((name) => !name.startsWith('.') && !allowed.test(name))
          .map((name) => `${file} imports ${name}`),
      );
    expect(wrong).toEqual([]);
  });

  it.each(Object.entries(mayUse))('%s builds only on what stands below it', (folder, allowed) => {
    const wrong = sources
      .filter((file) => file.startsWith(`${folder}/`) && !file.endsWith('.spec.ts'))
      .flatMap((file) =>
        importsOf(file)
          .filter((name) => name.startsWith('@tutti/') && !allowed.includes(name.split('/')[1]!))
          .map((name) => `${file} imports ${name}`),
      );
    expect(wrong).toEqual([]);
  });

  it('relative imports stay inside their package', () => {
    const wrong = sources.flatMap((file) => {
      const home = file.slice(0, file.indexOf('/src/') + '/src'.length);
      return importsOf(file)
        .filter((name) => name.startsWith('.'))
        .filter((name) => !relative(home, join(dirname(file), name)).match(/^(?!\.\.)/))
        .map((name) => `${file} imports ${name}`);
    });
    expect(wrong).toEqual([]);
  });
});

describe('determinism', () => {
  const forbidden =
    /\b(Date\.now\(|new Date\(\)|Math\.random\(|randomUUID|randomBytes|performance\.now|process\.(env|hrtime)|setTimeout\()/;
  it.each(Object.keys(pure))('%s takes time, ids and randomness as data', (folder) => {
    const wrong = sources
      .filter((file) => file.startsWith(`${folder}/`) && !file.endsWith('.spec.ts'))
      .filter((file) => forbidden.test(readFileSync(join(root, file), 'utf8')));
    expect(wrong).toEqual([]);
  });
});

describe('tidiness', () => {
  it('no file is called utils or common', () => {
    expect(sources.filter((file) => /(^|\/)(utils?|common|helpers?|misc)(\/|\.ts$)/.test(file))).toEqual([]);
  });
  it('no source file has more than 400 lines', () => {
    const big = sources.filter((file) => readFileSync(join(root, file), 'utf8').split('\n').length > 401);
    expect(big).toEqual([]);
  });
  it('no test is skipped or focused', () => {
    const files = [...sources, ...globSync('test/**/*.ts', { cwd: root })].filter((file) => file.endsWith('.spec.ts'));
    const word = /\b(?:it|test|describe)\.(?:skip|only|todo|skipIf|runIf)\b/;
    expect(files.filter((file) => word.test(readFileSync(join(root, file), 'utf8')))).toEqual([]);
  });
});
