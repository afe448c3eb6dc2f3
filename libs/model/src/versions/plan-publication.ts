import { canonicalJson } from '@tutti/kernel';
import type { ModelDefinition, SubjectDefinition } from '../definition.js';
import type { Change, ChangeOf, Changed } from './change.js';
import { contractContent, contractsOf, fullType } from './contract-content.js';
import { diffDecision } from './diff-decision.js';
import { diffHead, diffLayers } from './diff-layers.js';
import { diffPolicy, policyValues } from './diff-policies.js';
import { diffSubject } from './diff-subject.js';

/** A model revision as published: what the next one is compared with. */
export interface Published {
  definition: ModelDefinition;
  /** Full type → version; types that are no longer in the model may stand in it, so that no number is given twice. */
  contracts: Readonly<Record<string, number>>;
  /** Policy → revision; likewise. */
  policies: Readonly<Record<string, number>>;
}

/** What publishing a model would do. */
export interface PublicationPlan {
  /**
   * Full type → version, every type of the model. Types that are gone keep their last number here, so that it is never
   * given to other content.
   */
  contracts: Record<string, number>;
  /** Policy → revision that new subjects start under; gone ones keep their last number. */
  policies: Record<string, number>;
  /** Empty for a first publication and for one that changes nothing. */
  changes: Change[];
  /** True where any change is. */
  breaking: boolean;
}

/**
 * Numbers the contracts and policies of a model that is about to be published, and says how it differs from the one in
 * force. A contract whose content changed gets the next version, a policy whose values changed the next revision; both
 * start at 1.
 */
export function planPublication(previous: Published | undefined, next: ModelDefinition): PublicationPlan {
  const contracts = numberContracts(previous, next);
  const policies = numberPolicies(previous, next);
  const changes = previous === undefined ? [] : diffModels(previous, next, contracts, policies);
  return { contracts, policies, changes, breaking: changes.some(({ breaking }) => breaking) };
}

function numberContracts(previous: Published | undefined, next: ModelDefinition): Record<string, number> {
  const numbers = { ...previous?.contracts };
  const before = new Map(
    previous === undefined
      ? []
      : contractsOf(previous.definition).map(({ type, subject, verb }) => [
          type,
          canonicalJson(contractContent(previous.definition, subject, verb)),
        ]),
  );
  for (const { type, subject, verb } of contractsOf(next)) {
    const content = canonicalJson(contractContent(next, subject, verb));
    if (before.get(type) !== content || numbers[type] === undefined) numbers[type] = (numbers[type] ?? 0) + 1;
  }
  return numbers;
}

function numberPolicies(previous: Published | undefined, next: ModelDefinition): Record<string, number> {
  const numbers = { ...previous?.policies };
  for (const [name, policy] of Object.entries(next.policies)) {
    const before = previous?.definition.policies[name];
    const same = before !== undefined && canonicalJson(policyValues(before)) === canonicalJson(policyValues(policy));
    if (!same || numbers[name] === undefined) numbers[name] = (numbers[name] ?? 0) + 1;
  }
  return numbers;
}

function diffModels(
  previous: Published,
  next: ModelDefinition,
  contracts: Readonly<Record<string, number>>,
  policies: Readonly<Record<string, number>>,
): Change[] {
  const before = previous.definition;
  const about = (of: Changed, changes: readonly ChangeOf[]): Change[] =>
    changes.map(({ kind, breaking, text, note }) => ({
      kind,
      of,
      breaking,
      text,
      ...(note === undefined ? {} : { note }),
    }));
  const contract = (definition: ModelDefinition, subject: string, verb: string): Changed => {
    const name = fullType(definition, subject, verb);
    return { what: 'contract', name, ...span(previous.contracts[name], contracts[name]) };
  };

  const changes: Change[] = about({ what: 'model', name: next.model }, diffHead(before, next));
  for (const subject of union(before.interaction, next.interaction)) {
    const [old, now] = [before.interaction[subject], next.interaction[subject]];
    const of: Changed = { what: 'subject', name: subject };
    if (old === undefined) {
      changes.push(...about(of, [{ kind: 'subject-added', breaking: false, text: 'added' }]));
    } else if (now === undefined) {
      changes.push(...about(of, [{ kind: 'subject-removed', breaking: true, text: 'removed' }]));
    } else {
      changes.push(...about(of, diffSubject(old, now)));
      for (const verb of union(old.decisions, now.decisions)) {
        const definition = now.decisions[verb] === undefined ? before : next;
        changes.push(...about(contract(definition, subject, verb), diffContract(old, now, verb)));
      }
    }
  }
  for (const name of union(before.policies, next.policies)) {
    const [old, now] = [before.policies[name], next.policies[name]];
    const numbers = span(previous.policies[name], policies[name]);
    if (old === undefined || now === undefined) {
      const gone = now === undefined;
      const change: ChangeOf = gone
        ? { kind: 'policy-removed', breaking: true, text: 'removed' }
        : { kind: 'policy-added', breaking: false, text: 'added' };
      changes.push(...about({ what: 'policy', name }, [change]));
    } else {
      for (const change of diffPolicy(old, now)) {
        const full = change.parameter === undefined ? name : `${name}.${change.parameter}`;
        changes.push(...about({ what: 'policy', name: full, ...numbers }, [change]));
      }
    }
  }
  for (const change of diffLayers(before, next))
    changes.push(...about({ what: 'layer', name: change.layer }, [change]));
  return changes;
}

function diffContract(before: SubjectDefinition, after: SubjectDefinition, verb: string): ChangeOf[] {
  const [old, now] = [before.decisions[verb], after.decisions[verb]];
  if (old === undefined) {
    // A deadline where there was none ends what could have gone on for ever.
    const clock = now!.clock;
    return [{ kind: 'decision-added', breaking: clock, text: clock ? 'deadline added' : 'added' }];
  }
  if (now === undefined) return [{ kind: 'decision-removed', breaking: true, text: 'removed' }];
  return diffDecision(old, now);
}

/** Numbers before and after, where they differ. */
function span(from: number | undefined, to: number | undefined): { from?: number; to?: number } {
  if (from === to) return {};
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

/** Keys of the first in its order, then those that only the second has. */
function union(first: Readonly<Record<string, unknown>>, second: Readonly<Record<string, unknown>>): string[] {
  return [...new Set([...Object.keys(first), ...Object.keys(second)])];
}
