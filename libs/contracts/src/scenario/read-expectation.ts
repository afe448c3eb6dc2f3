import { isScalar, type Node } from 'yaml';
import type { CompiledModel, CompiledSubject } from '@tutti/model';
import { REASON_CODES } from '../codes.js';
import type { ReasonCode } from '../reason.js';
import { fullTypeOf } from './read-step.js';
import type { Expectation, ExpectedOutcome, Place, Placed, Step } from './scenario.js';
import type { Entry, YamlText } from './yaml-text.js';

const WORDS = [
  'accepted',
  'rejected',
  'irregular',
  'on',
  'state',
  'sequence',
  'keeps',
  'parties',
  'rule',
  'pointer',
  'fires',
  'transfers',
] as const;
type Word = (typeof WORDS)[number];

type Draft = { -readonly [K in keyof Expectation]: Expectation[K] };

/** Reads `then`: the word `accepted`, or a mapping of expectations. */
export function readExpectation(
  yaml: YamlText,
  model: CompiledModel,
  node: Node | null,
  at: Place,
  when: Step | undefined,
): Expectation | undefined {
  const draft: Draft = {
    at,
    outcome: undefined,
    on: undefined,
    state: undefined,
    sequence: undefined,
    keeps: [],
    parties: [],
    rule: undefined,
    pointers: undefined,
    fires: undefined,
    unchecked: [],
  };
  if (isScalar(node) && node.value === 'accepted') {
    draft.outcome = { value: { kind: 'accepted' }, at: yaml.at(node) };
    return draft;
  }
  const entries = yaml.entries(node, '`then`', at);
  if (entries === undefined) return undefined;
  if (entries.length === 0)
    yaml.problem('test-missing', '`then` expects nothing', yaml.at(node), 'Say what must come out.');
  for (const entry of entries) {
    if (!(WORDS as readonly string[]).includes(entry.key)) {
      yaml.unknown('test-unknown-key', 'word in `then`', entry.key, WORDS, entry.at);
    } else readWord(yaml, model, entry.key as Word, entry, draft, when);
  }
  return draft;
}

function readWord(
  yaml: YamlText,
  model: CompiledModel,
  word: Word,
  entry: Entry,
  draft: Draft,
  when: Step | undefined,
): void {
  const { at, value } = entry;
  const subject = subjectOf(model, when);
  switch (word) {
    case 'accepted':
    case 'rejected':
    case 'irregular':
      readOutcome(yaml, word, entry, draft);
      return;
    case 'on':
      draft.on = yaml.text(value, '`on`', at);
      return;
    case 'state':
      draft.state = placed(yaml, value, yaml.text(value, '`state`', at));
      if (draft.state !== undefined) {
        const states = ['new', ...known(model, subject, ({ definition }) => definition.states)];
        if (!states.includes(draft.state.value)) {
          yaml.unknown('test-unknown-state', 'state', draft.state.value, states, draft.state.at);
        }
      }
      return;
    case 'sequence':
      draft.sequence = placed(yaml, value, yaml.count(value, '`sequence`', at));
      return;
    case 'keeps':
      draft.keeps = (yaml.entries(value, '`keeps`', at) ?? []).map((keep) => {
        const names = known(model, subject, ({ keeps }) => keeps.map(({ name }) => name));
        if (!names.includes(keep.key)) yaml.unknown('test-unknown-field', 'kept field', keep.key, names, keep.at);
        return { name: keep.key, expected: { value: yaml.json(keep.value), at: keep.at } };
      });
      return;
    case 'parties':
      draft.parties = (yaml.entries(value, '`parties`', at) ?? []).map((party) => {
        const roles = known(model, subject, ({ parties }) => parties.map(({ role }) => role));
        if (!roles.includes(party.key)) yaml.unknown('test-unknown-field', 'party', party.key, roles, party.at);
        const isNone = party.value === null || (isScalar(party.value) && party.value.value === null);
        const id = isNone ? null : (yaml.text(party.value, `\`${party.key}\``, party.at) ?? null);
        return { role: party.key, expected: { value: id, at: party.at } };
      });
      return;
    case 'rule':
      draft.rule = placed(yaml, value, yaml.text(value, '`rule`', at));
      if (draft.rule !== undefined) checkRule(yaml, model, draft.rule, when);
      return;
    case 'pointer':
      draft.pointers = placed(yaml, value, yaml.texts(value, '`pointer`', at));
      return;
    case 'fires':
      draft.fires = placed(yaml, value, readDeadlines(yaml, model, entry));
      return;
    case 'transfers':
      draft.unchecked = [...draft.unchecked, { what: word, at }];
      return;
    default:
      word satisfies never;
  }
}

function readOutcome(
  yaml: YamlText,
  word: 'accepted' | 'rejected' | 'irregular',
  { at, value }: Entry,
  draft: Draft,
): void {
  if (draft.outcome !== undefined) {
    yaml.problem(
      'test-value',
      `\`then\` expects both ${draft.outcome.value.kind} and ${word}`,
      at,
      'Keep one of them.',
    );
    return;
  }
  if (word === 'accepted') {
    if (isScalar(value) && value.value === true) draft.outcome = { value: { kind: word }, at };
    else yaml.problem('test-value', '`accepted` can only be true', at, 'Write `then: accepted`, or `rejected: CODE`.');
    return;
  }
  const codes = yaml.texts(value, `\`${word}\``, at);
  if (codes === undefined) return;
  for (const code of codes) {
    if (!Object.hasOwn(REASON_CODES, code)) {
      yaml.unknown('test-unknown-code', 'reason code', code, Object.keys(REASON_CODES), yaml.at(value));
    }
  }
  const outcome: ExpectedOutcome = { kind: word, codes: codes as ReasonCode[] };
  draft.outcome = { value: outcome, at };
}

function checkRule(yaml: YamlText, model: CompiledModel, rule: Placed<string>, when: Step | undefined): void {
  const decision = when?.kind === 'decision' ? model.decisions.get(when.type) : undefined;
  if (decision === undefined) return;
  const prefix = `${decision.subject.name}.${decision.verb}/`;
  const names = decision.requirements.map(({ name }) => name);
  const short = rule.value.startsWith(prefix) ? rule.value.slice(prefix.length) : rule.value;
  if (!names.includes(short)) yaml.unknown('test-unknown-rule', 'requirement', rule.value, names, rule.at);
}

function readDeadlines(yaml: YamlText, model: CompiledModel, { value, at }: Entry): string[] | undefined {
  const written = yaml.texts(value, '`fires`', at);
  return written?.map((each) => {
    const type = fullTypeOf(model, each);
    const clocks = [...model.decisions.values()].filter(({ definition }) => definition.clock);
    if (type === undefined || !clocks.some((decision) => decision.type === type)) {
      const names = clocks.map((decision) => decision.type);
      yaml.unknown('test-unknown-type', 'deadline', each, names, yaml.at(value));
    }
    return type ?? each;
  });
}

function subjectOf(model: CompiledModel, when: Step | undefined): CompiledSubject | undefined {
  return when?.kind === 'decision' ? model.decisions.get(when.type)?.subject : undefined;
}

/** Names of the subject `when` is about, or of all where that is not known. */
function known(
  model: CompiledModel,
  subject: CompiledSubject | undefined,
  names: (subject: CompiledSubject) => readonly string[],
): readonly string[] {
  return subject === undefined ? [...model.subjects.values()].flatMap(names) : names(subject);
}

function placed<T>(yaml: YamlText, node: Node | null, value: T | undefined): Placed<T> | undefined {
  return value === undefined ? undefined : { value, at: yaml.at(node) };
}
