import { canonicalJson, formatTime, type Json } from '@tutti/kernel';
import type { CompiledModel } from '@tutti/model';
import type { Reason } from '../reason.js';
import type { SubjectState } from '../subject.js';
import type { Verdict } from '../verdict.js';
import { offsetMsOf } from './relative-time.js';
import type { Mismatch } from './report.js';
import type { Expectation, ExpectedOutcome, Placed, Place } from './scenario.js';

/** What came of `when`. */
export interface Happened {
  /** The verdict on the decision; undefined where `when` waits. */
  verdict: Verdict | undefined;
  /** Verdicts of the deadlines that fired while waiting. */
  fired: readonly Verdict[];
  /** The subject `then` is about; undefined: there is none, or it is not clear which. */
  subject: SubjectState | undefined;
  nowMs: number;
}

/** Everything that came out otherwise than expected. */
export function checkExpectation(model: CompiledModel, then: Expectation, happened: Happened): Mismatch[] {
  const { verdict, subject, fired } = happened;
  return [
    ...checkOutcome(then, verdict),
    ...checkReasons(then, verdict),
    ...(then.fires === undefined
      ? []
      : differs(
          'fires',
          then.fires,
          fired.filter(({ accepted }) => accepted).map(({ type }) => type ?? ''),
        )),
    ...checkSubject(model, then, subject, happened.nowMs),
  ];
}

function checkOutcome({ outcome, at }: Expectation, verdict: Verdict | undefined): Mismatch[] {
  if (verdict === undefined) {
    return outcome === undefined
      ? []
      : [mismatch('outcome', shown(outcome.value), 'no decision: only time has passed', outcome.at)];
  }
  const got = outcomeOf(verdict);
  const detail = (verdict.reasons ?? verdict.irregular)?.[0]?.detail;
  if (outcome === undefined) {
    return got.kind === 'rejected' ? [mismatch('outcome', 'accepted', shown(got), at, detail)] : [];
  }
  return shown(got) === shown(outcome.value)
    ? []
    : [mismatch('outcome', shown(outcome.value), shown(got), outcome.at, detail)];
}

function checkReasons({ rule, pointers }: Expectation, verdict: Verdict | undefined): Mismatch[] {
  const reasons: readonly Reason[] = verdict?.reasons ?? verdict?.irregular ?? [];
  const mismatches: Mismatch[] = [];
  if (rule !== undefined) {
    const rules = reasons.flatMap((reason) => reason.rule ?? []);
    const isThat = (each: string) => each === rule.value || each.endsWith(`/${rule.value}`);
    if (!rules.some(isThat)) mismatches.push(mismatch('rule', rule.value, rules[0] ?? null, rule.at));
  }
  if (pointers !== undefined) {
    const found = new Set(reasons.flatMap(({ pointer }) => pointer ?? []));
    mismatches.push(...differs('pointer', { ...pointers, value: pointers.value.toSorted() }, [...found].toSorted()));
  }
  return mismatches;
}

function checkSubject(
  model: CompiledModel,
  then: Expectation,
  subject: SubjectState | undefined,
  nowMs: number,
): Mismatch[] {
  const { state, sequence, keeps, parties } = then;
  const isAsked = state !== undefined || sequence !== undefined || keeps.length > 0 || parties.length > 0;
  if (!isAsked) return [];
  if (subject === undefined) {
    return [mismatch('on', then.on ?? 'one subject', 'none, or several', then.at, 'say which subject with `on:`')];
  }
  const kept = (name: string): Json => (Object.hasOwn(subject.keeps, name) ? subject.keeps[name]! : null);
  const bound = (role: string): Json => (Object.hasOwn(subject.parties, role) ? subject.parties[role]! : null);
  return [
    ...(state === undefined ? [] : differs('state', state, subject.state)),
    ...(sequence === undefined ? [] : differs('sequence', sequence, subject.sequence)),
    ...keeps.flatMap(({ name, expected }) => {
      const value = isTime(model, subject, name) ? timeAt(expected.value, nowMs) : expected.value;
      return differs(`keeps.${name}`, { ...expected, value }, kept(name));
    }),
    ...parties.flatMap(({ role, expected }) => differs(`parties.${role}`, expected, bound(role))),
  ];
}

/** `+3 days` where a time is kept. */
function timeAt(written: Json, nowMs: number): Json {
  const offsetMs = typeof written === 'string' ? offsetMsOf(written) : undefined;
  return offsetMs === undefined ? written : formatTime(nowMs + offsetMs);
}

function isTime(model: CompiledModel, subject: SubjectState, name: string): boolean {
  return model.subjects.get(subject.type)?.keeps.some((keep) => keep.name === name && keep.isTime) ?? false;
}

/** A verdict's outcome in the words of `then`. */
export function outcomeOf(verdict: Verdict): ExpectedOutcome {
  const codes = (reasons: readonly Reason[]) => reasons.map(({ code }) => code);
  if (!verdict.accepted) return { kind: 'rejected', codes: codes(verdict.reasons ?? []) };
  const irregular = verdict.irregular ?? [];
  return irregular.length === 0 ? { kind: 'accepted' } : { kind: 'irregular', codes: codes(irregular) };
}

/** `rejected: conflict`; each code once, in alphabetical order. */
export function shown(outcome: ExpectedOutcome): string {
  if (outcome.kind === 'accepted') return outcome.kind;
  return `${outcome.kind}: ${[...new Set(outcome.codes)].toSorted().join(', ')}`;
}

function differs<T extends Json | readonly string[]>(what: string, expected: Placed<T>, got: Json): Mismatch[] {
  const value = expected.value as Json;
  return canonicalJson(value) === canonicalJson(got) ? [] : [mismatch(what, value, got, expected.at)];
}

function mismatch(what: string, expected: Json, got: Json, at: Place, detail?: string): Mismatch {
  return { what, expected, got, ...at, ...(detail === undefined ? {} : { detail }) };
}
