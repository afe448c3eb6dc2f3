import { isScalar, type Node } from 'yaml';
import type { CompiledModel } from '@tutti/model';
import { durationMsOf } from './relative-time.js';
import type { Place, Step } from './scenario.js';
import type { Entry, YamlText } from './yaml-text.js';

/** Words beside the data of a decision. A property of the same name in the contract's data goes before them. */
const WORDS = ['by', 'on', 'basedOn', 'exact', 'version'] as const;

/** Full type of a decision as the file writes it, with or without the model's namespace. */
export function fullTypeOf(model: CompiledModel, written: string): string | undefined {
  const { namespace } = model.definition;
  if (model.decisions.has(written)) return written;
  const type = `${namespace}.${written}`;
  return namespace !== undefined && model.decisions.has(type) ? type : undefined;
}

/**
 * Reads one step: `wait: 4 days`, or `order.place: { by: buyer-9, … }`.
 *
 * @param mayBeUnknown whether the decision type may be one the model does not have
 */
export function readStep(
  yaml: YamlText,
  model: CompiledModel,
  node: Node | null,
  at: Place,
  mayBeUnknown: boolean,
): Step | undefined {
  const entries = yaml.entries(node, 'a step', at);
  const [entry, more] = entries ?? [];
  if (entry === undefined) {
    if (entries !== undefined) yaml.problem('test-shape', 'a step is empty', yaml.at(node), STEP);
    return undefined;
  }
  if (more !== undefined) {
    yaml.problem('test-shape', 'a step is one decision or one wait', more.at, 'Write each as an item of its own.');
    return undefined;
  }
  if (entry.key === 'wait') return readWait(yaml, entry);
  const type = fullTypeOf(model, entry.key) ?? (mayBeUnknown ? entry.key : undefined);
  if (type === undefined) {
    yaml.unknown('test-unknown-type', 'decision type', entry.key, ['wait', ...model.decisions.keys()], entry.at);
    return undefined;
  }
  return readDecision(yaml, model, type, entry);
}

const STEP = 'Write `wait: 4 days`, or `order.place: { by: buyer-9, … }`.';

function readWait(yaml: YamlText, { value, at }: Entry): Step | undefined {
  const words = yaml.text(value, '`wait`', at);
  if (words === undefined) return undefined;
  const waitMs = durationMsOf(words);
  if (waitMs !== undefined) return { kind: 'wait', waitMs, at };
  yaml.problem(
    'test-value',
    `\`${words}\` is no duration`,
    yaml.at(value),
    'Write a number and a unit: 4 days, 12 hours.',
  );
  return undefined;
}

function readDecision(yaml: YamlText, model: CompiledModel, type: string, step: Entry): Step | undefined {
  const { at } = step;
  const entries = yaml.entries(step.value, `\`${step.key}\``, at);
  if (entries === undefined) return undefined;
  const decision = model.decisions.get(type);
  if (decision?.definition.clock === true) {
    yaml.problem('test-value', `${step.key} is decided by the clock`, at, 'Write `wait:` for as long as its `after`.');
    return undefined;
  }
  const properties = Object.keys((decision?.definition.schema['properties'] as object | undefined) ?? {});
  const isWord = ({ key }: Entry) => (WORDS as readonly string[]).includes(key) && !properties.includes(key);
  const words = new Map(entries.filter(isWord).map((entry) => [entry.key, entry]));
  const data = Object.fromEntries(
    entries.filter((entry) => !isWord(entry)).map(({ key, value }) => [key, yaml.json(value)]),
  );
  const by = words.get('by');
  if (by === undefined) {
    yaml.problem('test-missing', `${step.key} does not say who decides`, at, 'Add `by: PARTICIPANT`.');
    return undefined;
  }
  const read = <T>(word: (typeof WORDS)[number], how: (entry: Entry) => T) => {
    const entry = words.get(word);
    return entry === undefined ? undefined : how(entry);
  };
  const participant = yaml.text(by.value, '`by`', by.at);
  if (participant === undefined) return undefined;
  return {
    kind: 'decision',
    type,
    by: participant,
    on: read('on', ({ value, at: place }) => yaml.text(value, '`on`', place)),
    basedOn: read('basedOn', ({ value, at: place }) => yaml.count(value, '`basedOn`', place)),
    exact: read('exact', ({ value }) => isScalar(value) && value.value === true) ?? false,
    version: read('version', ({ value, at: place }) => yaml.count(value, '`version`', place, 1)),
    data,
    at,
  };
}
