import type { ParameterDefinition, PolicyDefinition } from '../definition.js';
import type { ChangeOf } from './change.js';
import { showDuration, showParameter } from './show-value.js';

/** A change of one policy, or of one of its parameters. */
export interface PolicyChange extends ChangeOf {
  parameter?: string;
}

/** How one policy differs. Bounds and habits can change without giving it a new revision; values cannot. */
export function diffPolicy(before: PolicyDefinition, after: PolicyDefinition): PolicyChange[] {
  const changes: PolicyChange[] = [];
  const habit = (text: string) => changes.push({ kind: 'policy-changed', breaking: false, text });
  if (before.per !== after.per) habit(`per: ${before.per ?? 'none'} → ${after.per ?? 'none'}`);
  if (before.applies !== after.applies) habit(`applies: ${before.applies} → ${after.applies}`);
  if (before.graceMs !== after.graceMs) habit(`grace: ${grace(before)} → ${grace(after)}`);
  for (const [parameter, old] of Object.entries(before.parameters)) {
    const now = after.parameters[parameter];
    if (now === undefined) {
      changes.push({ kind: 'parameter-removed', breaking: true, text: 'removed', parameter });
    } else {
      for (const change of diffParameter(old, now)) changes.push({ ...change, parameter });
    }
  }
  for (const [parameter, { type, default: value }] of Object.entries(after.parameters)) {
    if (before.parameters[parameter] !== undefined) continue;
    const text = `added (${type}, default ${showParameter(type, value)})`;
    changes.push({ kind: 'parameter-added', breaking: false, text, parameter });
  }
  return changes;
}

/** The values a revision of the policy stands for; what verdicts are judged under. */
export function policyValues(policy: PolicyDefinition): Record<string, { type: string; value: number }> {
  return Object.fromEntries(
    Object.entries(policy.parameters).map(([name, { type, default: value }]) => [name, { type, value }]),
  );
}

function diffParameter(before: ParameterDefinition, after: ParameterDefinition): ChangeOf[] {
  if (before.type !== after.type) {
    return [{ kind: 'parameter-retyped', breaking: true, text: `type ${before.type} → ${after.type}` }];
  }
  const show = (value: number) => showParameter(after.type, value);
  const changes: ChangeOf[] = [];
  if (before.default !== after.default) {
    const text = `default ${show(before.default)} → ${show(after.default)}`;
    changes.push({ kind: 'default-changed', breaking: false, text, note: 'subjects under way keep theirs' });
  }
  if (before.minimum !== after.minimum || before.maximum !== after.maximum) {
    const range = ({ minimum, maximum }: ParameterDefinition) => `${show(minimum)}..${show(maximum)}`;
    const inside = before.default >= after.minimum && before.default <= after.maximum;
    changes.push({
      kind: 'bounds-changed',
      breaking: false,
      text: `bounds ${range(before)} → ${range(after)}`,
      note: `${show(before.default)} is ${inside ? 'inside' : 'outside'}`,
    });
  }
  return changes;
}

function grace({ graceMs }: PolicyDefinition): string {
  return graceMs === undefined ? 'none' : showDuration(graceMs);
}
