import { isSeq, type Node } from 'yaml';
import { parseTime } from '@tutti/kernel';
import type { CompiledModel, Problem } from '@tutti/model';
import { readExpectation } from './read-expectation.js';
import { readParticipants, readPolicies } from './read-setting.js';
import { readStep } from './read-step.js';
import type { Case, Cast, Place, ScenarioFile, Setting, Step } from './scenario.js';
import { YamlText, type Entry } from './yaml-text.js';

/** Cases begin at this time unless the file says otherwise: 2026-01-05, a Monday. */
const STARTS_MS = Date.UTC(2026, 0, 5, 9);
const FILE_WORDS = ['participants', 'policies', 'starts', 'cases'];
const CASE_WORDS = ['it', 'participants', 'policies', 'given', 'when', 'then'];

/**
 * Reads a tests file: a list of cases, or a mapping with `participants`, `policies`, `starts` and `cases`. Cases with
 * problems are left out.
 */
export function readScenarios(
  model: CompiledModel,
  text: string,
  file: string,
): { scenarios: ScenarioFile; problems: Problem[] } {
  const yaml = new YamlText(text, file);
  const whole: Place = { line: 1, column: 1, length: 1 };
  const scenarios = {
    participants: [] as Cast[],
    policies: {} as Setting['policies'],
    startsMs: STARTS_MS,
    cases: [] as Case[],
  };
  if (yaml.problems.length > 0) return { scenarios, problems: yaml.problems };
  let list: Node | null = yaml.root;
  if (!isSeq(yaml.root)) {
    list = null;
    for (const entry of yaml.entries(yaml.root, 'a tests file', whole) ?? []) {
      if (entry.key === 'participants') scenarios.participants = readParticipants(yaml, model, entry);
      else if (entry.key === 'policies') scenarios.policies = readPolicies(yaml, model, entry);
      else if (entry.key === 'starts') scenarios.startsMs = readStart(yaml, entry) ?? STARTS_MS;
      else if (entry.key === 'cases') list = entry.value;
      else yaml.unknown('test-unknown-key', 'word', entry.key, FILE_WORDS, entry.at);
    }
    if (yaml.problems.length === 0 && list === null)
      yaml.problem('test-missing', 'there are no cases', whole, 'Add `cases:`.');
  }
  const nodes = list === null ? [] : (yaml.items(list, 'cases', whole) ?? []);
  const names = new Set<string>();
  for (const node of nodes) {
    const before = yaml.problems.length;
    const one = readCase(yaml, model, node);
    if (one === undefined || yaml.problems.length > before) continue;
    if (names.has(one.it))
      yaml.problem('test-value', `two cases are called \`${one.it}\``, one.at, 'Name what differs.');
    else scenarios.cases.push(one);
    names.add(one.it);
  }
  return { scenarios, problems: yaml.problems };
}

function readCase(yaml: YamlText, model: CompiledModel, node: Node): Case | undefined {
  const at = yaml.at(node);
  const entries = yaml.entries(node, 'a case', at);
  if (entries === undefined) return undefined;
  const words = new Map(entries.map((entry) => [entry.key, entry]));
  for (const { key, at: place } of entries) {
    if (!CASE_WORDS.includes(key)) yaml.unknown('test-unknown-key', 'word', key, CASE_WORDS, place);
  }
  const [it, when, then] = ['it', 'when', 'then'].map((word) => {
    const entry = words.get(word);
    if (entry === undefined) yaml.problem('test-missing', `the case has no \`${word}\``, { ...at, length: 1 });
    return entry;
  });
  if (it === undefined || when === undefined || then === undefined) return undefined;
  const name = yaml.text(it.value, '`it`', it.at);
  const isUnknown = JSON.stringify(yaml.json(then.value)).includes('"unknown-type"');
  const step = readStep(yaml, model, when.value, when.at, isUnknown);
  const expectation = readExpectation(yaml, model, then.value, then.at, step);
  const given = readGiven(yaml, model, words.get('given'));
  const participants = words.get('participants');
  const policies = words.get('policies');
  const setting = {
    participants: participants === undefined ? [] : readParticipants(yaml, model, participants),
    policies: policies === undefined ? {} : readPolicies(yaml, model, policies),
  };
  if (name === undefined || step === undefined || expectation === undefined) return undefined;
  return { ...setting, it: name, at: it.at, given, when: step, expected: expectation };
}

function readGiven(yaml: YamlText, model: CompiledModel, entry: Entry | undefined): Step[] {
  if (entry === undefined) return [];
  const nodes = yaml.items(entry.value, '`given`', entry.at) ?? [];
  return nodes.flatMap((node) => readStep(yaml, model, node, entry.at, false) ?? []);
}

function readStart(yaml: YamlText, { value, at }: Entry): number | undefined {
  const text = yaml.text(value, '`starts`', at);
  if (text === undefined) return undefined;
  const startsMs = parseTime(text);
  if (startsMs === undefined) yaml.problem('test-value', `\`${text}\` is no RFC 3339 time`, yaml.at(value));
  return startsMs;
}
