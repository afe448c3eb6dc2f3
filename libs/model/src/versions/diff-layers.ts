import { canonicalJson } from '@tutti/kernel';
import type { ModelDefinition } from '../definition.js';
import type { ChangeOf } from './change.js';
import { showDuration } from './show-value.js';

/** Changes of the model's head: name, namespace, epoch, roles, open roles, assets. */
export function diffHead(before: ModelDefinition, after: ModelDefinition): ChangeOf[] {
  const changes: ChangeOf[] = [];
  for (const key of ['model', 'namespace'] as const) {
    if (before[key] === after[key]) continue;
    const text = `${key}: ${before[key] ?? 'none'} → ${after[key] ?? 'none'}`;
    changes.push({ kind: 'renamed', breaking: true, text });
  }
  if (before.epochMs !== after.epochMs) {
    const text = `epoch: ${showDuration(before.epochMs)} → ${showDuration(after.epochMs)}`;
    changes.push({ kind: 'epoch-changed', breaking: false, text });
  }
  const [roles, open] = [names(before.roles, after.roles), names(listed(before.open), listed(after.open))];
  for (const role of roles.gone) changes.push({ kind: 'role-removed', breaking: true, text: `roles: - ${role}` });
  for (const role of roles.come) changes.push({ kind: 'role-added', breaking: false, text: `roles: + ${role}` });
  for (const role of open.gone) changes.push({ kind: 'open-removed', breaking: true, text: `open: - ${role}` });
  for (const role of open.come) changes.push({ kind: 'open-added', breaking: false, text: `open: + ${role}` });
  const assets = names(before.assets, after.assets);
  for (const asset of assets.gone) changes.push({ kind: 'asset-removed', breaking: true, text: `assets: - ${asset}` });
  for (const asset of assets.come) changes.push({ kind: 'asset-added', breaking: false, text: `assets: + ${asset}` });
  for (const asset of assets.both) {
    if (before.assets[asset] === after.assets[asset]) continue;
    const text = `assets: ${asset}: ${before.assets[asset]} → ${after.assets[asset]} decimal places`;
    changes.push({ kind: 'asset-changed', breaking: true, text });
  }
  return changes;
}

/** Changes of the layers beside interaction, by the names of what changed in them. They refuse nobody. */
export function diffLayers(before: ModelDefinition, after: ModelDefinition): (ChangeOf & { layer: string })[] {
  const [old, next] = [layerParts(before), layerParts(after)];
  return [...new Set([...old.keys(), ...next.keys()])].flatMap((name) => {
    const [was, now] = [old.get(name), next.get(name)];
    if (was === now) return [];
    const sign = was === undefined ? '+ ' : now === undefined ? '- ' : '';
    const [layer = name, ...rest] = name.split('.');
    const text = `${sign}${rest.join('.')}${sign === '' ? ' changed' : ''}`;
    return [{ kind: 'layer-changed' as const, breaking: false, text, layer }];
  });
}

/** Dotted name → canonical text of each named part. */
function layerParts({ measures, incentive, learning, coherence }: ModelDefinition): Map<string, string> {
  const parts = new Map<string, string>();
  const add = (prefix: string, entries: Iterable<[string, unknown]>) => {
    for (const [name, part] of entries) parts.set(`${prefix}.${name}`, canonicalJson(part));
  };
  add('measures', Object.entries(measures));
  add('incentive.accounts', Object.entries(incentive?.accounts ?? {}));
  add(
    'incentive.rules',
    (incentive?.rules ?? []).map((rule) => [rule.name, rule]),
  );
  // Rules apply in model order, so that their order is content too.
  if (incentive !== undefined) add('incentive', [['order of rules', incentive.rules.map(({ name }) => name)]]);
  add('incentive.standings', Object.entries(incentive?.standings ?? {}));
  add('learning.loops', Object.entries(learning?.loops ?? {}));
  add('learning.rollout', Object.entries(learning?.rollout ?? {}));
  add('coherence', Object.entries(coherence));
  return parts;
}

function names(before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>) {
  const [old, next] = [Object.keys(before), Object.keys(after)];
  return {
    gone: old.filter((name) => !next.includes(name)),
    come: next.filter((name) => !old.includes(name)),
    both: old.filter((name) => next.includes(name)),
  };
}

function listed(list: readonly string[]): Record<string, true> {
  return Object.fromEntries(list.map((name) => [name, true]));
}
