import { formatTime, sha256Hex, type JsonObject } from '@tutti/kernel';
import type { Encoded, ReadableEvent } from '../event.js';
import { reason } from '../reason.js';
import type { Regime } from '../regime.js';
import type { SubjectState } from '../subject.js';
import type { Verdict } from '../verdict.js';
import { modelOf } from './governing.js';
import { acceptedVerdict, rejectedVerdict, type VerdictBasis } from './verdict-of.js';
import { weigh } from './weigh.js';

/** Source of the decisions that the clock makes. */
export const CLOCK_SOURCE = '/clock';

/**
 * The verdict on a subject's deadline that a barrier's time has passed: a decision of its own (source `/clock`, id
 * `TYPE/SEQUENCE` of the subject before), so that rules and histories refer to it like to any other.
 *
 * @param subject a subject whose `due` is at or before `atMs`; unchanged
 * @param regime the regime that the barrier brings
 * @param atMs the barrier's recorded time
 * @throws RangeError nothing of the subject is due: a fault of the caller
 */
export function fireDeadline(
  subject: SubjectState,
  regime: Regime,
  atMs: number,
): { verdict: Verdict; encoded: Encoded; event: ReadableEvent } {
  const { due } = subject;
  if (due === undefined || due.atMs > atMs) throw new RangeError(`no deadline of ${subject.id} is due`);
  const id = `${due.type}/${subject.sequence}`;
  const time = formatTime(due.atMs);
  const attributes = { id, source: CLOCK_SOURCE, type: due.type, subject: subject.id, time };
  const content: JsonObject = { specversion: '1.0', ...attributes, data: {} };
  const text = JSON.stringify(content);
  const encoded: Encoded = { as: 'json', text, mode: 'structured' };
  const event: ReadableEvent = {
    readable: true,
    attributes: { ...attributes, participant: '', timeMs: due.atMs },
    data: {},
    event: content,
    encoded,
    hash: sha256Hex(text),
  };
  return { verdict: verdictOnDeadline(subject, regime, event, atMs), encoded, event };
}

function verdictOnDeadline(subject: SubjectState, regime: Regime, event: ReadableEvent, atMs: number): Verdict {
  const model = modelOf(subject, regime);
  const { type, id, source } = event.attributes;
  const basis: VerdictBasis = {
    type,
    source,
    id,
    subjectId: subject.id,
    hash: event.hash,
    atMs,
    road: { via: 'clock' },
    auth: 'clock',
    contract: undefined,
    subject,
    regime,
    model,
    policies: subject.policies,
  };
  const by = { id: '', role: 'clock' };
  try {
    const decision = model?.compiled.decisions.get(type);
    if (model === undefined || decision === undefined) {
      return rejectedVerdict(basis, [reason('unknown-type', `the model has no decision ${type}`)], by);
    }
    basis.contract = `${type}@${model.contracts[type] ?? 1}`;
    const weighed = weigh({
      decision,
      contract: decision,
      participant: '',
      isClock: true,
      attributes: {},
      data: {},
      atMs,
      subject,
      model,
      policies: subject.policies,
      regime,
      observes: decision.subject.definition.mode === 'observe',
    });
    if (weighed.accepted) return acceptedVerdict(basis, decision.subject.name, weighed, '');
    return rejectedVerdict(basis, weighed.reasons, by);
  } catch (error) {
    const detail = `judging failed: ${error instanceof Error ? error.message : String(error)}`;
    return rejectedVerdict(basis, [reason('internal-fault', detail)], by);
  }
}
