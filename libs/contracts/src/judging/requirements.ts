import type { Json } from '@tutti/kernel';
import type { CompiledDecision, RequirementScope } from '@tutti/model';
import { reason, type Reason } from '../reason.js';
import type { ModelRevision, Regime } from '../regime.js';

type PolicyValues = Readonly<Record<string, Readonly<Record<string, number>>>>;

let ofPolicies: Regime['policies'] | undefined;
let ofRevisions: Readonly<Record<string, number>> | undefined;
let valuesFound: PolicyValues = {};

/**
 * Parameters of the policy revisions a decision is judged under. Revisions never change, so the last answer is kept:
 * most decisions in a row are judged under the same ones.
 */
export function policyValues(
  revisions: Readonly<Record<string, number>>,
  model: ModelRevision,
  regime: Regime,
): PolicyValues {
  if (revisions === ofRevisions && regime.policies === ofPolicies) return valuesFound;
  const values: Record<string, Readonly<Record<string, number>>> = { ...model.compiled.policyDefaults };
  for (const [policy, revision] of Object.entries(revisions)) {
    const parameters = regime.policies.get(policy)?.get(revision);
    if (parameters !== undefined) values[policy] = parameters;
  }
  ofPolicies = regime.policies;
  ofRevisions = revisions;
  valuesFound = values;
  return values;
}

/**
 * The first requirement that does not hold, in model order.
 *
 * @param contract the contract whose requirements judge (a pinned version may differ from the model's)
 */
export function failedRequirement(contract: CompiledDecision, scope: RequirementScope): Reason | undefined {
  for (const requirement of contract.requirements) {
    const outcome = requirement.evaluate(scope);
    if (outcome.ok) continue;
    const rule = ruleName(contract, requirement.name);
    const values: Record<string, Json> = outcome.values;
    return 'error' in outcome
      ? reason('requirement-error', `${rule} cannot be computed: ${outcome.error}`, { rule, values })
      : reason('requirement-failed', `${rule} does not hold: ${requirement.cel}`, { rule, values });
  }
  return undefined;
}

/** `order.place/honestPromise` */
export function ruleName(contract: CompiledDecision, name: string): string {
  return `${contract.subject.name}.${contract.verb}/${name}`;
}
