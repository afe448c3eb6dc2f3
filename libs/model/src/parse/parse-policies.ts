import type { ModelDefinition, ParameterDefinition, PolicyDefinition } from '../definition.js';
import type { Entry, Node } from '../document/document.js';
import { didYouMean } from '../problems/did-you-mean.js';
import type { Reader } from './names.js';

const SETTINGS = ['per', 'applies', 'grace'];
const EXAMPLE = 'late: { type: share, default: 5%, minimum: 0%, maximum: 30% }';

/** Reads `policies:`. */
export function parsePolicies(
  node: Node,
  interaction: ModelDefinition['interaction'],
  reader: Reader,
): ModelDefinition['policies'] {
  const { shape, findings } = reader;
  const policies: ModelDefinition['policies'] = {};
  const map = shape.map(node, '`policies` names policies', `policies: { fees: { ${EXAMPLE} } }`);
  for (const entry of map?.entries ?? []) {
    if (entry.key === 'default' || entry.key === 'model') {
      findings.error(
        'name-reserved',
        entry.keySpan,
        `\`${entry.key}\` has a meaning in \`rollout\``,
        'choose another name',
      );
    } else if (shape.name(entry.key, entry.keySpan)) policies[entry.key] = parsePolicy(entry, interaction, reader);
  }
  return policies;
}

function parsePolicy(entry: Entry, interaction: ModelDefinition['interaction'], reader: Reader): PolicyDefinition {
  const { shape, findings } = reader;
  const policy: PolicyDefinition = { applies: 'new', parameters: {} };
  const map = shape.map(entry.value, `the policy \`${entry.key}\``, `${entry.key}: { ${EXAMPLE} }`);
  if (map === undefined) return policy;
  const get = (key: string) => map.entries.find((setting) => setting.key === key);
  const per = get('per');
  if (per !== undefined) {
    const unit = parseUnit(per.value, interaction, reader);
    if (unit !== undefined) policy.per = unit;
  }
  const applies = get('applies');
  if (applies !== undefined) policy.applies = shape.oneOf(applies.value, 'applies', ['new', 'all']) ?? 'new';
  const grace = get('grace');
  if (grace !== undefined) {
    const graceMs = shape.durationMs(grace.value, 'grace', 'grace: 2 days');
    if (policy.applies === 'new') {
      findings.error(
        'policy-unit',
        grace.keySpan,
        '`grace` is for policies that apply to subjects under way',
        'add applies: all',
      );
    } else if (graceMs !== undefined) policy.graceMs = graceMs;
  }
  for (const { key, keySpan, value } of map.entries) {
    if (SETTINGS.includes(key)) continue;
    if (value.kind === 'scalar' && didYouMean(key, SETTINGS)?.startsWith('did') === true) {
      findings.error('unknown-key', keySpan, `a policy has no key \`${key}\``, didYouMean(key, SETTINGS));
      continue;
    }
    if (!shape.name(key, keySpan)) continue;
    const parameter = parseParameter(key, keySpan, value, reader);
    if (parameter !== undefined) policy.parameters[key] = parameter;
  }
  if (map.entries.every(({ key }) => SETTINGS.includes(key))) {
    findings.error('missing-key', entry.keySpan, `the policy \`${entry.key}\` has no parameter`, EXAMPLE);
  }
  return policy;
}

function parseUnit(node: Node, interaction: ModelDefinition['interaction'], reader: Reader): string | undefined {
  const unit = reader.shape.text(node, '`per` names a role, `subject` or a context', 'per: seller');
  if (unit === undefined || unit === 'subject' || reader.roles.has(unit)) return unit;
  const contexts = Object.entries(interaction).flatMap(([subject, { keeps }]) =>
    Object.keys(keeps).map((keep) => `${subject}.${keep}`),
  );
  if (contexts.includes(unit)) return unit;
  if (reader.broken.has(unit)) return undefined;
  reader.findings.error(
    'policy-unit',
    node.span,
    `\`${unit}\` is no unit`,
    didYouMean(unit, [...reader.roles, 'subject', ...contexts]),
  );
  return undefined;
}

function parseParameter(
  key: string,
  at: Entry['keySpan'],
  node: Node,
  reader: Reader,
): ParameterDefinition | undefined {
  const { shape, findings } = reader;
  const body = shape.map(node, `the parameter \`${key}\``, EXAMPLE);
  if (body === undefined) return undefined;
  const keys = shape.keys(body, at, 'a parameter', ['type', 'default', 'minimum', 'maximum']);
  const typed = shape.required(keys, 'type', `the parameter \`${key}\``, 'type: integer, share or an asset');
  const type =
    typed === undefined ? undefined : shape.oneOf(typed.value, 'type', ['integer', 'share', ...reader.assets.keys()]);
  const read: Record<string, number> = {};
  for (const word of ['default', 'minimum', 'maximum']) {
    const entry = shape.required(keys, word, `the parameter \`${key}\``, `a parameter has bounds: ${EXAMPLE}`);
    if (entry === undefined || type === undefined) continue;
    const value = type === 'share' ? shape.share(entry.value, word) : shape.integer(entry.value, word);
    if (value !== undefined) read[word] = value;
  }
  const { default: value, minimum, maximum } = read;
  if (type === undefined || value === undefined || minimum === undefined || maximum === undefined) return undefined;
  const say = (word: string, message: string, mend: string): void =>
    findings.error('bounds', keys.get(word)!.value.span, message, mend);
  if (minimum > maximum) say('minimum', `the minimum of \`${key}\` is above its maximum`, 'swap them');
  else if (minimum === maximum)
    say('maximum', `\`${key}\` can have one value only`, 'widen the bounds, or write the value where it is used');
  else if (value < minimum || value > maximum) {
    const show = (word: string): string => sourceOf(keys.get(word)!.value);
    say(
      'default',
      `the default of \`${key}\` is outside its bounds`,
      `choose one in ${show('minimum')}..${show('maximum')}`,
    );
  }
  return { type, default: value, minimum, maximum };
}

function sourceOf(node: Node): string {
  return node.kind === 'scalar' ? node.source : '';
}
