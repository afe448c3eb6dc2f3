import { decisionScope } from '../expressions/scopes.js';
import type { CheckContext, Path } from './check-context.js';
import { checkReads } from './check-reads.js';

/** What measures count, and on which condition. */
export function checkMeasures(context: CheckContext, sound: boolean): void {
  for (const [name, { when, if: condition }] of Object.entries(context.model.measures)) {
    if (condition === undefined) continue;
    const path = ['measures', name];
    const moment = momentOf(context, path, when);
    if (moment === undefined) continue;
    const expression = context.expression(
      [...path, 'if'],
      condition,
      decisionScope(context.model, moment.subject, moment.verbs),
      'bool',
    );
    if (expression !== undefined && sound)
      checkReads(context, [...path, 'if'], expression.reads, { ...moment, after: true });
  }
}

/** The subject and verbs of a `when`; says so if it names several subjects. */
export function momentOf(
  { places, findings }: CheckContext,
  path: Path,
  when: readonly string[],
): { subject: string; verbs: string[] } | undefined {
  const [first] = when;
  if (first === undefined) return undefined;
  const [subject = ''] = first.split('.');
  const other = when.find((type) => !type.startsWith(`${subject}.`));
  if (other === undefined) return { subject, verbs: when.map((type) => type.slice(subject.length + 1)) };
  const said = `an expression reads one subject, and \`when\` names \`${subject}\` and \`${other.split('.')[0]}\``;
  findings.error('bad-value', places.value([...path, 'when']), said, 'make two of it');
  return undefined;
}
