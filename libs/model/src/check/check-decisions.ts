import { decisionScope } from '../expressions/scopes.js';
import type { CheckContext } from './check-context.js';
import { checkReads } from './check-reads.js';

/** The conditions of every decision. */
export function checkDecisions(context: CheckContext, sound: boolean): void {
  for (const [subject, { decisions }] of Object.entries(context.model.interaction)) {
    for (const [verb, { requires }] of Object.entries(decisions)) {
      const scope = decisionScope(context.model, subject, [verb]);
      for (const { name, cel } of requires) {
        const path = ['interaction', subject, 'decisions', verb, 'requires', name];
        const expression = context.expression(path, cel, scope, 'bool');
        if (expression !== undefined && sound)
          checkReads(context, path, expression.reads, { subject, verbs: [verb], after: false });
      }
    }
  }
}
