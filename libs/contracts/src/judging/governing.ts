import type { CompiledSubject } from '@tutti/model';
import type { ModelRevision, Regime } from '../regime.js';
import type { SubjectState } from '../subject.js';

/** The model revision a subject is judged under: the one it began under, else the one in force (`existing: pin`). */
export function modelOf(subject: SubjectState | undefined, regime: Regime): ModelRevision | undefined {
  return regime.models.get(subject === undefined || subject.model === 0 ? regime.model : subject.model);
}

/** The subject type whose mode and ids window hold for a decision: the subject's own, else the decision's. */
export function governing(
  type: string,
  subject: SubjectState | undefined,
  model: ModelRevision | undefined,
): CompiledSubject | undefined {
  if (model === undefined) return undefined;
  const { compiled } = model;
  if (subject !== undefined && subject.type !== '') return compiled.subjects.get(subject.type);
  return compiled.decisions.get(type)?.subject ?? compiled.subjectOfType(type);
}
