import { existsSync } from 'node:fs';
import { describeScenarios, runScenarios } from '@tutti/contracts';
import type { ModelChange, ModelDifference } from '@tutti/client/admin';
import { TuttiError } from '@tutti/kernel';
import { type Change, compileModel, describeChanges, type ModelDefinition } from '@tutti/model';
import { showInForce } from '../registry/participant-command.js';
import type { Call } from '../run/define.js';
import { EXIT, type ExitCode } from '../terminal/exit-code.js';
import type { Output } from '../terminal/output.js';
import { readText } from '../terminal/read-text.js';
import { countProblems, problemLines } from '../terminal/show-problem.js';
import { type ModelFile, readModelFile, testsFileOf } from './model-file.js';

export interface PublishOptions {
  because: string;
  breaking?: boolean;
  ifRevision?: number;
}

export async function check({ output, args }: Call<object>): Promise<ExitCode> {
  const file = readModelFile(args[0] as string | undefined);
  const { path, definition, problems } = file;
  output.result({ file: path, valid: definition !== undefined, problems }, () => {
    showProblems(output, file);
    if (definition !== undefined) showModel(output, path, definition);
  });
  return definition === undefined ? EXIT.no : EXIT.done;
}

function showProblems(output: Output, { text, problems }: ModelFile): void {
  for (const problem of problems) {
    for (const line of problemLines(problem, text, output.colours)) output.line(line);
  }
  if (problems.length > 0) output.line(`${countProblems(problems)}.`);
}

function showModel(output: Output, path: string, definition: ModelDefinition): void {
  const { green, dim } = output.colours;
  const subjects = Object.entries(definition.interaction);
  const decisions = subjects.reduce((sum, [, { decisions: own }]) => sum + Object.keys(own).length, 0);
  output.line(
    `${green('✓')} ${path}   model ${definition.model}   ${subjects.length} ${subjects.length === 1 ? 'subject' : 'subjects'}, ${decisions} decisions`,
  );
  for (const [name, subject] of subjects) {
    const left = new Set(Object.values(subject.decisions).flatMap(({ moves }) => moves.map(({ from }) => from)));
    const ends = subject.states.filter((state) => !left.has(state));
    output.line(`  ${dim('ends of')} ${name}   ${ends.length === 0 ? 'none' : ends.join(', ')}`);
  }
}

export async function test({ output, options, args }: Call<{ tests?: string }>): Promise<ExitCode> {
  const file = readModelFile(args[0] as string | undefined);
  const compiled = compileModel(requireSound(output, file));
  const path = options.tests ?? testsFileOf(file.path);
  if (!existsSync(path)) {
    throw new TuttiError('tests-file-missing', 'this model has no tests', {
      where: path,
      mend: 'write some there, or name the file: --tests FILE',
    });
  }
  const report = runScenarios(compiled, readText(path), path);
  output.result(report, () => {
    const { green, red, yellow } = output.colours;
    const signs: Record<string, (text: string) => string> = { '✓': green, '✗': red, '?': yellow };
    for (const line of describeScenarios(report))
      output.line(signs[line[0]!]?.(line[0]!).concat(line.slice(1)) ?? line);
  });
  return report.ok ? EXIT.done : EXIT.no;
}

export async function diff({ session, output, args }: Call<object>): Promise<ExitCode> {
  const file = readModelFile(args[0] as string | undefined);
  requireSound(output, file);
  const difference = await session.admin().diffModel({ yaml: file.text, file: file.path });
  output.result(difference, () => showDifference(output, difference));
  return difference.changes.length === 0 ? EXIT.done : EXIT.no;
}

function showDifference(output: Output, { from, changes }: ModelDifference): void {
  if (from === 0) output.line('No model has been published: this would be the first.');
  else if (changes.length === 0) output.line(`No differences to model ${from}.`);
  for (const line of changeLines(changes)) {
    output.line(line.replace('BREAKING', output.colours.red('BREAKING')));
  }
}

function changeLines(changes: readonly ModelChange[]): string[] {
  return describeChanges(changes as unknown as Change[]);
}

export async function publish({ session, output, options, args }: Call<PublishOptions>): Promise<ExitCode> {
  const file = readModelFile(args[0] as string | undefined);
  requireSound(output, file);
  const admin = session.admin();
  const before = options.ifRevision ?? (await admin.model())?.revision ?? 0;
  const difference = await admin.diffModel({ yaml: file.text, file: file.path });
  if (difference.breaking && options.breaking !== true) throw breaks(difference);
  const published = await admin.publishModel({ yaml: file.text, file: file.path }, session.why(options.because), {
    ifRevision: before,
    ...(options.breaking === undefined ? {} : { breaking: options.breaking }),
  });
  output.result({ from: before, ...published, changes: difference.changes }, () => {
    const { green } = output.colours;
    if (!published.changed) {
      output.line(`${green('✓')} model ${published.revision} has this content already: nothing was recorded`);
      return;
    }
    const parts = difference.changes.length === 0 ? '' : `   ${changedNames(difference)}`;
    output.line(`${green('✓')} model ${before} → ${published.revision}${parts}   ${showInForce(published)}`);
  });
  return EXIT.done;
}

function breaks(difference: ModelDifference): TuttiError {
  const { changes } = difference;
  const breaking = changes.filter((change) => change.breaking);
  return new TuttiError(
    'incompatible',
    `${breaking.length} of ${changes.length} changes break who keeps to model ${difference.from}`,
    {
      where: breaking
        .map(({ of, text, kind }) => `${(of as unknown as Change['of']).name}  ${text}  (${kind})`)
        .join('\n         '),
      mend: 'add --breaking, or change it so that nothing breaks; `tutti model diff` shows all',
      facts: { changes: changes as never },
    },
  );
}

/** `order.ship@3, order.cancel@2, fees bounds` */
function changedNames({ changes, contracts }: ModelDifference): string {
  const names = changes.map(({ of }) => {
    const { name, what } = of as unknown as Change['of'];
    const version = what === 'contract' ? contracts[name] : undefined;
    return version === undefined ? name : `${name}@${version}`;
  });
  return [...new Set(names)].join(', ');
}

/** @throws TuttiError `model-invalid`, after the problems have been shown */
function requireSound(output: Output, file: ModelFile): ModelDefinition {
  if (file.definition !== undefined) return file.definition;
  if (!output.json) {
    for (const problem of file.problems) {
      for (const line of problemLines(problem, file.text, output.errorColours)) output.complain(line);
    }
  }
  throw new TuttiError('model-invalid', `${countProblems(file.problems)}; nothing was done`, {
    where: file.path,
    mend: 'correct them; `tutti model check` lists them again',
    facts: { problems: file.problems as never },
  });
}
