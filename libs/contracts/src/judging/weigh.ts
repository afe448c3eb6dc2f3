import type { Json } from '@tutti/kernel';
import type { CompiledDecision } from '@tutti/model';
import type { Attributes } from '../event.js';
import { reason, type Reason } from '../reason.js';
import type { ModelRevision, Regime } from '../regime.js';
import type { SubjectState } from '../subject.js';
import { keepsAfter, partiesNamed } from './effects.js';
import { failedRequirement, policyValues, ruleName } from './requirements.js';
import { actingRole, unknownParty } from './role.js';
import { transitionOf } from './transition.js';

/** A decision whose contract is found, with all that it is weighed against. */
export interface Case {
  /** From the model the subject is judged under: roles, moves, parties, keeps. */
  decision: CompiledDecision;
  /** The version it is pinned to, else the same: schema and requirements. */
  contract: CompiledDecision;
  /** '' for the clock. */
  participant: string;
  isClock: boolean;
  attributes: Pick<Attributes, 'basedon' | 'exact'>;
  data: Json;
  atMs: number;
  subject: SubjectState | undefined;
  model: ModelRevision;
  policies: Readonly<Record<string, number>>;
  regime: Regime;
  /** Mode `observe`: nothing is refused, every step's first failure is found. */
  observes: boolean;
}

/** What weighing found. Rejected: `reasons`. Accepted: the effects, irregular where `findings` are not empty. */
export type Weighed =
  | { accepted: false; reasons: Reason[]; role: string | undefined }
  | {
      accepted: true;
      findings: Reason[];
      role: string;
      /** State entered; undefined: no move. */
      to: string | undefined;
      parties: Readonly<Record<string, string>>;
      keeps: Readonly<Record<string, Json>>;
    };

const SCHEMA_REASONS_MAX = 20;
const NO_RECORD = Object.freeze({});

/**
 * The later steps of judging: schema, role and party, transition, requirements. In mode `enforce` the first failure
 * refuses; a fact's failed transition or requirement makes it irregular, without any effect on the subject.
 */
export function weigh(one: Case, findings: Reason[] = []): Weighed {
  const { decision, contract, participant, data, subject, regime, observes } = one;
  const fits = checkSchema(contract, data, findings);
  if (!fits && !observes) return { accepted: false, reasons: findings, role: undefined };

  const isForeign = subject !== undefined && subject.type !== '' && subject.type !== decision.subject.name;
  const bound = subject === undefined || isForeign ? NO_RECORD : subject.parties;
  const named = isForeign ? undefined : partiesNamed(decision, participant, data);
  const isFirst = bound === NO_RECORD;
  const authority = named === undefined ? bound : isFirst ? named : { ...named, ...bound };
  let role = 'clock';
  if (!one.isClock) {
    const acting = actingRole(participant, decision, authority, regime);
    if (typeof acting === 'string') role = acting;
    else {
      findings.push(acting);
      if (!observes) return { accepted: false, reasons: findings, role: undefined };
      role = decision.definition.by[0]?.role ?? '';
    }
    const stranger = typeof acting === 'string' ? unknownParty(data, contract, regime) : undefined;
    if (stranger !== undefined) {
      findings.push(stranger);
      if (!observes) return { accepted: false, reasons: findings, role };
    }
  }

  const transition = transitionOf(decision, participant, one.attributes, subject);
  if (transition.refused !== undefined) {
    findings.push(transition.refused);
    if (!observes) {
      const isFact = decision.definition.fact && transition.refused.code !== 'too-early';
      return isFact ? withoutEffect(findings, role, subject) : { accepted: false, reasons: findings, role };
    }
  }

  const keeps = subject?.keeps ?? NO_RECORD;
  const parties = named === undefined ? bound : isFirst ? named : { ...bound, ...named };
  const failed = isForeign ? undefined : requirementOf(one, role, parties, keeps);
  // A rule that cannot be computed from data that does not fit says nothing new.
  if (failed !== undefined && (fits || failed.code === 'requirement-failed')) {
    findings.push(failed);
    if (!observes) return refusedRule(one, findings, role);
  }
  if (isForeign) return withoutEffect(findings, role, subject);

  const kept = keepsAfter(decision, keeps, participant, one.atMs, data, fits);
  if (kept === undefined) {
    const rule = ruleName(contract, 'keeps');
    findings.push(reason('requirement-error', `${rule}: a sum leaves the range of exact integers`, { rule }));
    if (!observes) return refusedRule(one, findings, role);
  }
  const target = decision.target === subject?.state ? undefined : decision.target;
  const to = transition.refused === undefined ? transition.to : target;
  return { accepted: true, findings, role, to, parties, keeps: kept ?? keeps };
}

function checkSchema(contract: CompiledDecision, data: Json, findings: Reason[]): boolean {
  const problems = contract.validate(data);
  if (problems === undefined) return true;
  for (const { pointer, message, actual } of problems.slice(0, SCHEMA_REASONS_MAX)) {
    findings.push(reason('schema-invalid', message, actual === undefined ? { pointer } : { pointer, actual }));
  }
  return false;
}

function requirementOf(
  one: Case,
  role: string,
  parties: Readonly<Record<string, string>>,
  keeps: Readonly<Record<string, Json>>,
): Reason | undefined {
  const { contract, subject, regime } = one;
  if (contract.requirements.length === 0) return undefined;
  return failedRequirement(contract, {
    data: one.data,
    by: { id: one.participant, role },
    atMs: one.atMs,
    subject: { state: subject?.state ?? 'new', sequence: subject?.sequence ?? 0, parties, keeps },
    policy: policyValues(one.policies, one.model, regime),
    standing: (participant) => regime.standing(participant),
  });
}

function refusedRule(one: Case, findings: Reason[], role: string): Weighed {
  return one.decision.definition.fact
    ? withoutEffect(findings, role, one.subject)
    : { accepted: false, reasons: findings, role };
}

function withoutEffect(findings: Reason[], role: string, subject: SubjectState | undefined): Weighed {
  const parties = subject?.parties ?? NO_RECORD;
  return { accepted: true, findings, role, to: undefined, parties, keeps: subject?.keeps ?? NO_RECORD };
}
