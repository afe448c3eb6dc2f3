import type { CoherenceDefinition, ModelDefinition, SubjectDefinition } from '../definition.js';
import type { Entry, Node } from '../document/document.js';
import { didYouMean } from '../problems/did-you-mean.js';
import type { Reader } from './names.js';
import { propertiesOf } from './parse-path.js';

const WEIGHTS = ['conflict', 'edge', 'unpredictability', 'friction'] as const;
const EXAMPLE = 'contexts: [order.category, { of: order.city, top: 20 }]';
const TOP_MAX = 1000;

/** What `coherence:` says where nothing is written. */
export function defaultCoherence(): CoherenceDefinition {
  return { contexts: [], weights: { conflict: 1, edge: 1, unpredictability: 1, friction: 1 } };
}

/** Reads `coherence:`. */
export function parseCoherence(
  node: Node,
  at: Entry['keySpan'],
  interaction: ModelDefinition['interaction'],
  reader: Reader,
): CoherenceDefinition {
  const { shape, findings } = reader;
  const coherence = defaultCoherence();
  const map = shape.map(node, '`coherence` holds contexts and weights', `coherence: { ${EXAMPLE} }`);
  if (map === undefined) return coherence;
  const keys = shape.keys(map, at, '`coherence`', ['contexts', 'weights']);
  const contexts = keys.get('contexts');
  const list = contexts === undefined ? undefined : shape.list(contexts.value, '`contexts`', EXAMPLE);
  for (const item of list?.items ?? []) {
    const context = parseContext(item, interaction, reader);
    if (context === undefined) continue;
    if (coherence.contexts.some(({ subject, keep }) => subject === context.subject && keep === context.keep)) {
      findings.error('bad-value', item.span, 'the context stands here twice', 'remove it');
    } else coherence.contexts.push(context);
  }
  const weights = keys.get('weights');
  const weightsMap =
    weights === undefined ? undefined : shape.map(weights.value, '`weights`', 'weights: { conflict: 4 }');
  if (weights === undefined || weightsMap === undefined) return coherence;
  const given = shape.keys(weightsMap, weights.keySpan, '`weights`', WEIGHTS);
  for (const weight of WEIGHTS) {
    const entry = given.get(weight);
    const value = entry === undefined ? undefined : shape.integer(entry.value, weight, 0, 1_000_000);
    if (value !== undefined) coherence.weights[weight] = value;
  }
  if (WEIGHTS.every((weight) => coherence.weights[weight] === 0)) {
    findings.error('bad-number', weightsMap.span, 'all weights are 0', 'give one of them some weight');
  }
  return coherence;
}

function parseContext(
  item: Node,
  interaction: ModelDefinition['interaction'],
  reader: Reader,
): CoherenceDefinition['contexts'][number] | undefined {
  const { shape, findings } = reader;
  let named: Node = item;
  let top: number | undefined;
  if (item.kind === 'map') {
    const keys = shape.keys(item, item.span, 'a context', ['of', 'top']);
    const of = shape.required(keys, 'of', 'a context', EXAMPLE);
    if (of === undefined) return undefined;
    named = of.value;
    const most = shape.required(keys, 'top', 'a context', EXAMPLE);
    top = most === undefined ? undefined : shape.integer(most.value, 'top', 1, TOP_MAX);
    if (top === undefined) return undefined;
  }
  const text = shape.text(named, 'a context is what a subject keeps', EXAMPLE);
  if (text === undefined) return undefined;
  const known = Object.entries(interaction).flatMap(([subject, { keeps }]) =>
    Object.keys(keeps).map((keep) => `${subject}.${keep}`),
  );
  if (reader.broken.has(text)) return undefined;
  if (!known.includes(text)) {
    findings.error(
      'unknown-keep',
      named.span,
      `nothing keeps \`${text}\``,
      didYouMean(text, known) ?? 'add it to `keeps`',
    );
    return undefined;
  }
  const [subject = '', keep = ''] = text.split('.');
  if (top !== undefined) return { subject, keep, top };
  if (!isEnumerated(interaction[subject]!, keep)) {
    findings.error(
      'context-open',
      named.span,
      `\`${text}\` can take any number of values`,
      `write { of: ${text}, top: 20 }: the rest counts as other`,
    );
    return undefined;
  }
  return { subject, keep };
}

function isEnumerated({ keeps, decisions }: SubjectDefinition, keep: string): boolean {
  const path = keeps[keep]!;
  if (path.kind !== 'data') return false;
  const schema = propertiesOf(decisions[path.decision]!).get(path.property) ?? {};
  return Array.isArray(schema['enum']) || schema['type'] === 'boolean' || 'const' in schema;
}
