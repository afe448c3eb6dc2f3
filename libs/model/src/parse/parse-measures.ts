import type { ModelDefinition } from '../definition.js';
import type { Node } from '../document/document.js';
import type { Reader } from './names.js';
import { parseWhen } from './parse-when.js';

/** Measures that are always there. */
export const BUILT_IN_MEASURES = [
  'conflict',
  'edge',
  'unpredictability',
  'friction',
  'adoption',
  'rigidity',
  'coherence',
];

/** Reads `measures:`. */
export function parseMeasures(
  node: Node,
  interaction: ModelDefinition['interaction'],
  reader: Reader,
): ModelDefinition['measures'] {
  const { shape, findings } = reader;
  const measures: ModelDefinition['measures'] = {};
  const example = 'late: { when: order.deliver, if: at > order.promised }';
  const map = shape.map(node, '`measures` names what is counted', `measures: { ${example} }`);
  for (const { key, keySpan, value } of map?.entries ?? []) {
    if (!shape.name(key, keySpan, true)) continue;
    if (BUILT_IN_MEASURES.includes(key) || key === 'nacks') {
      findings.error('name-taken', keySpan, `\`${key}\` is measured already`, 'choose another name');
      continue;
    }
    const body = shape.map(value, `the measure \`${key}\``, example);
    if (body === undefined) continue;
    const keys = shape.keys(body, keySpan, 'a measure', ['when', 'if']);
    const when = shape.required(keys, 'when', `the measure \`${key}\``, 'when: order.deliver');
    const condition = keys.get('if');
    const cel =
      condition === undefined
        ? undefined
        : shape.text(condition.value, '`if` is an expression', 'if: at > order.promised');
    const types = when === undefined ? [] : parseWhen(when.value, interaction, reader);
    measures[key] = cel === undefined ? { when: types } : { when: types, if: cel };
  }
  return measures;
}
