import type { CompiledDecision } from '@tutti/model';
import type { Regime } from '../regime.js';
import type { SubjectState } from '../subject.js';
import { modelOf } from './governing.js';

/** One decision that a subject's state allows now. */
export interface NextDecision {
  type: string;
  /** `ship` */
  verb: string;
  /** `order.ship@2` */
  contract: string;
  /** Who may take it: role, and the participant where only the subject's own party may. Empty for the clock. */
  by: { role: string; participant?: string }[];
  /** State it leads to; absent where it moves nothing. */
  to?: string;
  /** Set for the clock's: when it is due, milliseconds. */
  dueAtMs?: number;
  fact: boolean;
  manual: boolean;
}

/**
 * Who may do what now, as far as state and roles tell (data and requirements decide the rest), the clock's deadlines
 * last. A subject not known yet: everything that may begin one, of every subject type.
 */
export function nextDecisions(subject: SubjectState | undefined, regime: Regime): NextDecision[] {
  const model = modelOf(subject, regime);
  if (model === undefined) return [];
  const state = subject?.state ?? 'new';
  const type = subject?.type ?? '';
  const next: NextDecision[] = [];
  for (const decision of model.compiled.decisions.values()) {
    if (type !== '' && decision.subject.name !== type) continue;
    const isAllowed = decision.moves.size === 0 ? state !== 'new' : decision.moves.has(state);
    if (!isAllowed) continue;
    const { fact, manual, clock, afterMs } = decision.definition;
    const one: NextDecision = {
      type: decision.type,
      verb: decision.verb,
      contract: `${decision.type}@${model.contracts[decision.type] ?? 1}`,
      by: clock ? [] : whoMay(decision, subject),
      fact,
      manual,
    };
    const to = decision.moves.get(state);
    if (to !== undefined) one.to = to;
    if (clock) one.dueAtMs = (subject?.enteredAtMs ?? 0) + (afterMs ?? 0);
    next.push(one);
  }
  return [...next.filter((one) => one.dueAtMs === undefined), ...next.filter((one) => one.dueAtMs !== undefined)];
}

function whoMay(decision: CompiledDecision, subject: SubjectState | undefined): NextDecision['by'] {
  return decision.definition.by.map(({ role, any }) => {
    const isBound = !any && subject !== undefined && Object.hasOwn(subject.parties, role);
    const own = isBound ? subject.parties[role] : undefined;
    return own === undefined ? { role } : { role, participant: own };
  });
}
