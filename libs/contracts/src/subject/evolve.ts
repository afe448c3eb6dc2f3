import type { CompiledSubject } from '@tutti/model';
import type { ModelRevision } from '../regime.js';
import type { SubjectState } from '../subject.js';
import type { Verdict } from '../verdict.js';
import { SubjectLog } from './subject-log.js';

/** A subject nobody has decided about yet. */
export function newSubject(id: string): SubjectState {
  return {
    id,
    type: '',
    sequence: 0,
    state: 'new',
    model: 0,
    policies: {},
    parties: {},
    keeps: {},
    enteredAtMs: 0,
    due: undefined,
    left: {},
    lastAtMs: 0,
    log: new SubjectLog(),
  };
}

/**
 * Folds one recorded verdict into its subject: live and in recovery, the same way. Nothing is judged: the verdict shows
 * the subject after the decision, the rest follows from the sequence of verdicts.
 *
 * @param subject the subject before, which is **changed in place** and returned; undefined: not known yet
 * @param verdict a verdict of this subject (`verdict.subject` is set)
 * @param revision the verdict's revision in its stream
 * @param models every model revision published, for the deadlines of the state that was entered
 */
export function evolve(
  subject: SubjectState | undefined,
  verdict: Verdict,
  revision: number,
  models: ReadonlyMap<number, ModelRevision>,
): SubjectState {
  const view = verdict.subject;
  if (view === undefined) throw new TypeError('a verdict without a subject changes no subject');
  const after = subject ?? newSubject(view.id);
  after.lastAtMs = verdict.atMs;
  after.log.append(verdict.source ?? '', verdict.id ?? '', revision, verdict.atMs, verdict.usesId);
  if (verdict.accepted) {
    if (after.sequence === 0) {
      after.model = verdict.model;
      after.policies = sharedPolicies(verdict, models);
      after.type = view.type;
    }
    after.sequence = view.sequence;
    after.parties = view.parties;
    after.keeps = view.keeps;
    if (verdict.moved !== undefined) enter(after, verdict.moved, verdict, models);
  } else if (after.due !== undefined && verdict.by?.role === 'clock' && verdict.type === after.due.type) {
    after.due = dueAfter(subjectOf(after, models), after.state, after.enteredAtMs, after.due.type);
  }
  return after;
}

function enter(
  subject: SubjectState,
  moved: { from: string; to: string },
  verdict: Verdict,
  models: ReadonlyMap<number, ModelRevision>,
): void {
  const who = verdict.by?.id ?? '';
  const before = Object.hasOwn(subject.left, moved.from) ? subject.left[moved.from]! : [];
  if (moved.from !== moved.to && !before.includes(who)) {
    (subject.left as Record<string, readonly string[]>)[moved.from] = [...before, who];
  }
  subject.state = moved.to;
  subject.enteredAtMs = verdict.atMs;
  subject.due = dueAfter(subjectOf(subject, models), moved.to, verdict.atMs, undefined);
}

/** Subjects that began under the same model hold the same record of policy revisions: one object serves them all. */
function sharedPolicies(verdict: Verdict, models: ReadonlyMap<number, ModelRevision>): SubjectState['policies'] {
  const { policies } = verdict;
  const common = models.get(verdict.model)?.policies;
  if (common === undefined || common === policies) return policies;
  const names = Object.keys(policies);
  const isSame = names.length === Object.keys(common).length && names.every((name) => common[name] === policies[name]);
  return isSame ? common : policies;
}

function subjectOf(subject: SubjectState, models: ReadonlyMap<number, ModelRevision>): CompiledSubject | undefined {
  return models.get(subject.model)?.compiled.subjects.get(subject.type);
}

/** The deadline of a state that fires next, or, where `fired` was refused, the one after it. */
function dueAfter(
  subject: CompiledSubject | undefined,
  state: string,
  enteredAtMs: number,
  fired: string | undefined,
): { type: string; atMs: number } | undefined {
  const deadlines = subject?.deadlines.get(state);
  if (deadlines === undefined || deadlines.length === 0) return undefined;
  if (deadlines.length === 1) {
    const only = deadlines[0]!;
    return fired === undefined ? { type: only.type, atMs: enteredAtMs + afterOf(only) } : undefined;
  }
  const inOrder = deadlines.toSorted((a, b) => afterOf(a) - afterOf(b) || (a.type < b.type ? -1 : 1));
  const next = fired === undefined ? inOrder[0] : inOrder[inOrder.findIndex((d) => d.type === fired) + 1];
  return next === undefined ? undefined : { type: next.type, atMs: enteredAtMs + afterOf(next) };
}

function afterOf(deadline: { definition: { afterMs?: number } }): number {
  return deadline.definition.afterMs ?? 0;
}
