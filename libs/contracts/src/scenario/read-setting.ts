import { isMap, type Node } from 'yaml';
import { readShare, type CompiledModel } from '@tutti/model';
import type { Cast, Place, Setting } from './scenario.js';
import type { Entry, YamlText } from './yaml-text.js';

/** How a file says that a participant is not registered. */
const UNREGISTERED = 'unregistered';

/**
 * Reads `participants:`, by id: a role, a list of roles, `unregistered`, or
 * `{ roles, suspended: true, standing: TIER }`.
 */
export function readParticipants(yaml: YamlText, model: CompiledModel, { value, at }: Entry): Cast[] {
  return (yaml.entries(value, '`participants`', at) ?? []).map((entry) => readCast(yaml, model, entry));
}

function readCast(yaml: YamlText, model: CompiledModel, { key: id, at, value }: Entry): Cast {
  const cast: Cast = { id, roles: [], suspended: false, tier: undefined };
  if (!isMap(value)) return { ...cast, roles: readRoles(yaml, model, value, at) };
  for (const { key, at: place, value: node } of yaml.entries(value, `\`${id}\``, at) ?? []) {
    switch (key) {
      case 'roles':
        cast.roles = readRoles(yaml, model, node, place);
        break;
      case 'suspended':
        cast.suspended = yaml.json(node) === true;
        break;
      case 'standing':
        cast.tier = readTier(yaml, model, node, place);
        break;
      default:
        yaml.unknown('test-unknown-key', 'word', key, ['roles', 'suspended', 'standing'], place);
    }
  }
  return cast;
}

function readRoles(yaml: YamlText, model: CompiledModel, node: Node | null, at: Place): string[] | undefined {
  const roles = yaml.texts(node, 'a participant', at) ?? [];
  if (roles.length === 1 && roles[0] === UNREGISTERED) return undefined;
  const names = Object.keys(model.definition.roles);
  for (const role of roles) {
    if (!names.includes(role)) yaml.unknown('test-unknown-role', 'role', role, [...names, UNREGISTERED], yaml.at(node));
  }
  return roles;
}

function readTier(yaml: YamlText, model: CompiledModel, node: Node | null, at: Place): string | undefined {
  const tier = yaml.text(node, '`standing`', at);
  const standings = Object.values(model.definition.incentive?.standings ?? {});
  const names = standings.flatMap(({ tiers }) => tiers.map(({ name }) => name));
  if (tier !== undefined && !names.includes(tier)) {
    yaml.unknown('test-unknown-tier', 'tier', tier, names, yaml.at(node));
  }
  return tier;
}

/** Reads `policies:`, by policy and parameter; values as in data: shares as `15%`. */
export function readPolicies(yaml: YamlText, model: CompiledModel, { value, at }: Entry): Setting['policies'] {
  const defined = model.definition.policies;
  const policies: Record<string, Record<string, number>> = {};
  for (const policy of yaml.entries(value, '`policies`', at) ?? []) {
    const parameters = defined[policy.key]?.parameters;
    if (parameters === undefined) {
      yaml.unknown('test-unknown-policy', 'policy', policy.key, Object.keys(defined), policy.at);
      continue;
    }
    policies[policy.key] = {};
    for (const entry of yaml.entries(policy.value, `\`${policy.key}\``, policy.at) ?? []) {
      const parameter = parameters[entry.key];
      if (parameter === undefined) {
        yaml.unknown('test-unknown-policy', 'parameter', entry.key, Object.keys(parameters), entry.at);
        continue;
      }
      const written = yaml.json(entry.value);
      const number = parameter.type === 'share' && typeof written === 'string' ? readShare(written) : written;
      if (typeof number === 'number' && number >= parameter.minimum && number <= parameter.maximum) {
        policies[policy.key]![entry.key] = number;
      } else {
        const range = `${parameter.minimum}..${parameter.maximum}`;
        yaml.problem('test-value', `${policy.key}.${entry.key} is outside its bounds ${range}`, entry.at);
      }
    }
  }
  return policies;
}
