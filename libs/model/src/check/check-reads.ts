import type { RequirementScope } from '../compiled.js';
import type { SubjectDefinition } from '../definition.js';
import type { Read } from '../expressions/find-paths.js';
import { isSetBy } from '../expressions/scopes.js';
import { passedBefore } from '../machine.js';
import type { CheckContext, Path } from './check-context.js';

/** Where in a subject's life an expression stands. */
export interface Moment {
  subject: string;
  /** Decisions it stands for. */
  verbs: readonly string[];
  /** `requires` sees the subject before the decision, with its parties bound; measures and rules see it after. */
  after: boolean;
  /** Paths that are known to be set. */
  given?: ReadonlySet<string>;
}

/** Says which values an expression reads may be missing, and which policies cannot be known yet. */
export function checkReads(
  context: CheckContext,
  path: Path,
  reads: readonly Read<RequirementScope>[],
  moment: Moment,
): void {
  for (const read of reads) {
    if (read.value.policy !== undefined) checkPolicy(context, path, read, read.value.policy, moment);
    if (read.has) continue;
    const inner = /^standing\((.+)\)\.[^.]+$/.exec(read.path)?.[1];
    checkSet(context, path, read, inner ?? read.path, moment);
  }
}

function checkSet(context: CheckContext, path: Path, read: Read<RequirementScope>, text: string, moment: Moment): void {
  const { findings, model } = context;
  if (read.guarded || moment.given?.has(text) === true) return;
  const [root, name = ''] = text.split('.');
  const subject = model.interaction[moment.subject]!;
  let missing: string | undefined;
  if (root === 'data') {
    if (read.value.optional === true && read.path === text) missing = 'is optional';
    else if (read.path !== text && isOptionalData(subject, moment.verbs, name)) missing = 'is optional';
  } else if (root === moment.subject && Object.hasOwn(subject.parties, name)) {
    if (!isPartyBound(subject, name, moment)) missing = 'is not known on every path to here';
  } else if (root === moment.subject && Object.hasOwn(subject.keeps, name)) {
    if (!isKept(subject, name, moment)) missing = 'is not set on every path to here';
  }
  if (missing === undefined) return;
  findings.warn('maybe-missing', context.within(path, read), `\`${text}\` ${missing}`, `guard it: has(${text}) && …`);
}

function isOptionalData(subject: SubjectDefinition, verbs: readonly string[], name: string): boolean {
  return verbs.some((verb) => !isSetBy({ kind: 'data', decision: verb, property: name }, subject.decisions));
}

function checkPolicy(
  context: CheckContext,
  path: Path,
  read: Read<RequirementScope>,
  policy: string,
  moment: Moment,
): void {
  const { findings, model } = context;
  const per = model.policies[policy]?.per;
  if (per === undefined || per === 'subject') return;
  const subject = model.interaction[moment.subject]!;
  const span = context.within(path, read);
  const dot = per.indexOf('.');
  if (dot !== -1) {
    const known =
      per.slice(0, dot) === moment.subject && isKept(subject, per.slice(dot + 1), { ...moment, after: true });
    if (!known)
      findings.error(
        'policy-unbound',
        span,
        `\`${policy}\` is per ${per}, which is not known here yet`,
        'read it in a later decision',
      );
    return;
  }
  if (!Object.hasOwn(subject.parties, per)) {
    findings.error(
      'policy-unbound',
      span,
      `\`${policy}\` is per ${per}, and \`${moment.subject}\` has no ${per}`,
      `add ${per} to \`parties\``,
    );
  } else if (!isPartyBound(subject, per, moment)) {
    const { decision } = subject.parties[per]!;
    const mend = `the ${per} is known from \`${decision}\` on`;
    findings.error(
      'policy-unbound',
      span,
      `\`${policy}\` is per ${per}, and nobody is the ${per} yet on some path to here`,
      mend,
    );
  }
}

/** Whether a party is bound for certain: parties are bound from the decision before anything is judged. */
export function isPartyBound(subject: SubjectDefinition, role: string, { verbs }: Pick<Moment, 'verbs'>): boolean {
  const path = subject.parties[role]!;
  if (!isSetBy(path, subject.decisions)) return false;
  return verbs.every(
    (verb) => verb === path.decision || passedBefore(subject, subject.decisions[verb]!).has(path.decision),
  );
}

function isKept(subject: SubjectDefinition, keep: string, { verbs, after }: Pick<Moment, 'verbs' | 'after'>): boolean {
  const path = subject.keeps[keep];
  if (path === undefined) return false;
  if (path.kind === 'sum' || path.kind === 'count') return true;
  if (!isSetBy(path, subject.decisions)) return false;
  return verbs.every(
    (verb) => (after && verb === path.decision) || passedBefore(subject, subject.decisions[verb]!).has(path.decision),
  );
}
