import { canonicalJson } from '@tutti/kernel';
import type { Problem } from '../compiled.js';
import { parseModel, type ParsedModel, type ParseOptions } from '../parse/parse-model.js';
import { diffDecision } from '../versions/diff-decision.js';
import { compileClass, type CompiledClass } from './compile-class.js';
import type { DecisionClass } from './decision-class.js';
import { weaveDecision, type Insertion } from './weave-decision.js';

/** A model's text, read by the caller. */
export interface ModelSource {
  text: string;
  /** Its name, for problems. */
  file: string;
  options: ParseOptions;
}

/** A model from YAML and classes. */
export interface DefinedModel extends ParsedModel {
  /** The whole model as one YAML text, the classes' decisions in it. */
  yaml: string;
}

/** The YAML part of a model. Reading the file is the caller's. */
export function fromYaml(text: string, file = 'model.tutti.yaml', options: ParseOptions = {}): ModelSource {
  return { text, file, options };
}

/**
 * A model from YAML, and from classes where TypeScript owns a decision type: both compile to the same form, and are
 * checked together. A type that both declare must be the same in both. Problems of the YAML part have its lines; those
 * of a class have the class's name for a file.
 *
 * @throws TuttiError for a class that cannot be compiled, see {@link compileClass}, or whose subject the model does not
 *   have (`class-without-subject`)
 */
export function defineModel(source: ModelSource, parts: { decisions?: readonly DecisionClass[] } = {}): DefinedModel {
  let { text } = source;
  const insertions: Insertion[] = [];
  const twice: { compiled: CompiledClass; from: string; offset: () => number }[] = [];
  for (const target of parts.decisions ?? []) {
    const compiled = compileClass(target);
    const from = target.name;
    const woven = weaveDecision(text, compiled, from);
    if ('declaredAt' in woven) {
      const { length } = insertions;
      twice.push({ compiled, from, offset: () => unwoven(woven.declaredAt, insertions.slice(0, length)).offset });
    } else {
      text = woven.text;
      insertions.push(woven.insertion);
    }
  }
  const parsed = parseModel(text, source.file, source.options);
  const problems = parsed.problems.map((problem) => inSource(problem, text, source, insertions));
  if (parsed.definition !== undefined) {
    for (const { compiled, from, offset } of twice) {
      const { subject, verb, definition } = compiled;
      const written = parsed.definition.interaction[subject]!.decisions[verb]!;
      if (canonicalJson(written) === canonicalJson(definition)) continue;
      const differences = diffDecision(written, definition).map(({ text: difference }) => difference);
      problems.push({
        code: 'class-differs',
        severity: 'error',
        file: source.file,
        ...placeOf(source.text, offset()),
        length: verb.length,
        message: `${subject}.${verb} is not the same in ${from}: ${differences.join('; ')}`,
        mend: 'Make both the same, or remove one of them.',
      });
    }
  }
  const isFine = problems.every(({ severity }) => severity !== 'error');
  return {
    problems,
    yaml: text,
    ...(isFine && parsed.definition !== undefined ? { definition: parsed.definition } : {}),
  };
}

/** A problem of the woven text as one of the source's, or of the class it comes from. */
function inSource(problem: Problem, text: string, source: ModelSource, insertions: readonly Insertion[]): Problem {
  const { offset, from } = unwoven(offsetOf(text, problem), insertions);
  if (from !== undefined) return { ...problem, file: from, line: 1, column: 1, length: 1 };
  return { ...problem, ...placeOf(source.text, offset) };
}

/** The offset before the insertions, or the class whose text it is in. */
function unwoven(offset: number, insertions: readonly Insertion[]): { offset: number; from?: string } {
  let at = offset;
  for (const { start, length, from } of insertions.toReversed()) {
    if (at >= start + length) at -= length;
    else if (at >= start) return { offset: start, from };
  }
  return { offset: at };
}

function offsetOf(text: string, { line, column }: { line: number; column: number }): number {
  let start = 0;
  for (let each = 1; each < line; each++) start = text.indexOf('\n', start) + 1;
  return start + column - 1;
}

function placeOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
}
