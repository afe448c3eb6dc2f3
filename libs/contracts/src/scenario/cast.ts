import type { CompiledModel } from '@tutti/model';
import type { Participant } from '../regime.js';
import type { Case, Cast, ScenarioFile, Step } from './scenario.js';

/** Participants of a case, and the tiers of those whose standing is given. */
export interface Company {
  participants: ReadonlyMap<string, Participant>;
  tiers: ReadonlyMap<string, string>;
}

/**
 * Who takes part in a case, with which roles: as `participants:` says, the case's before the file's. For everybody else
 * roles are read off: `buyer-9` is a buyer where there is such a role; otherwise who decides something, or is named
 * where a role is wanted, holds that role. What `given` shows counts before `when`, which may be meant to fail.
 */
export function companyOf(model: CompiledModel, file: ScenarioFile, one: Case): Company {
  const participants = new Map<string, Participant>();
  const tiers = new Map<string, string>();
  const declared = new Set<string>();
  const declare = ({ id, roles, suspended, tier }: Cast) => {
    if (declared.has(id)) return;
    declared.add(id);
    if (roles !== undefined) participants.set(id, { id, roles, suspended, keys: {} });
    if (tier !== undefined) tiers.set(id, tier);
  };
  for (const cast of [...one.participants, ...file.participants]) declare(cast);

  const roleNames = Object.keys(model.definition.roles);
  const infer = (steps: readonly Step[]) => {
    const found = new Map<string, Set<string>>();
    for (const [id, roles] of steps.flatMap((step) => shownRoles(model, step))) {
      if (declared.has(id)) continue;
      const named = roleNames.find((role) => id === role || id.startsWith(`${role}-`));
      for (const role of named === undefined ? roles : [named]) found.set(id, (found.get(id) ?? new Set()).add(role));
    }
    for (const [id, roles] of found) declare({ id, roles: [...roles], suspended: false, tier: undefined });
  };
  infer(one.given);
  infer([one.when]);
  return { participants, tiers };
}

/** Roles that a step shows its participants in. */
function shownRoles(model: CompiledModel, step: Step): [string, string[]][] {
  if (step.kind === 'wait') return [];
  const decision = model.decisions.get(step.type);
  if (decision === undefined) return [[step.by, []]];
  const shown: [string, string[]][] = [[step.by, decision.definition.by.map(({ role }) => role)]];
  const { data } = step;
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return shown;
  for (const { property, role } of decision.roleProperties) {
    const named = Object.hasOwn(data, property) ? data[property] : undefined;
    if (typeof named === 'string') shown.push([named, [role]]);
  }
  return shown;
}
