import { REASON_CODES, type Reason, statusOfVerdict, type WireVerdict } from '@tutti/contracts';
import type { Problem, ProblemError } from '@tutti/service';
import { senderOf } from '../access/reading.js';

/** A rejection as a problem: the same as the recorded verdict, which it carries whole. */
export function problemOfVerdict(verdict: WireVerdict, shown: unknown = verdict): Problem {
  const reasons = verdict.reasons ?? [];
  const [first] = reasons;
  const code = first?.code ?? 'internal-fault';
  const problem: Problem = {
    type: `urn:tutti:error:${code}`,
    code,
    title: REASON_CODES[code].title,
    status: statusOfVerdict(verdict),
    detail: reasons.length === 1 ? first!.detail : `${verdict.contract ?? 'the decision'}: ${reasons.length} errors`,
    recorded: true,
    mend: REASON_CODES[code].mend,
    retryable: reasons.length > 0 && reasons.every(({ retryable }) => retryable),
    position: verdict.position,
    errors: reasons.map(errorOf),
    verdict: shown,
  };
  const instance = instanceOf(verdict);
  if (instance !== undefined) problem.instance = instance;
  if (verdict.contract !== undefined) problem['contract'] = verdict.contract;
  return problem;
}

/** Where the verdict on a decision is to be found. */
export function decisionPath(participant: string, id: string, subject?: string): string {
  const path = `/v1/decisions/${encodeURIComponent(participant)}/${encodeURIComponent(id)}`;
  return subject === undefined ? path : `${path}?subject=${encodeURIComponent(subject)}`;
}

function instanceOf(verdict: WireVerdict): string | undefined {
  const participant = senderOf(verdict);
  const id = participant === undefined ? undefined : (verdict.decision as Record<string, unknown>)['id'];
  // A lone surrogate has no percent-encoding; what holds one is `unreadable` and has no path.
  if (participant === undefined || typeof id !== 'string' || !id.isWellFormed() || !participant.isWellFormed())
    return undefined;
  return decisionPath(participant, id);
}

function errorOf({ code, pointer, rule, detail, actual, values }: Reason): ProblemError {
  const error: ProblemError = { code, message: detail };
  if (pointer !== undefined) error.pointer = pointer;
  if (rule !== undefined) error.rule = rule;
  if (actual !== undefined) error.actual = actual;
  if (values !== undefined) error.values = values;
  return error;
}
