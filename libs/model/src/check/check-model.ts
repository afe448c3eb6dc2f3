import type { ModelDefinition } from '../definition.js';
import type { Places } from '../document/document.js';
import type { Findings } from '../problems/findings.js';
import { CheckContext } from './check-context.js';
import { checkDecisions } from './check-decisions.js';
import { checkHolds } from './check-holds.js';
import { checkLearning } from './check-learning.js';
import { checkMachines } from './check-machines.js';
import { checkMeasures } from './check-measures.js';
import { checkRules } from './check-rules.js';
import { checkStandings } from './check-standings.js';

/**
 * Checks what a model says as a whole, after each part was read: state machines, expressions, money, loops. Findings
 * that follow from another error are left out until that is mended.
 */
export function checkModel(model: ModelDefinition, places: Places, findings: Findings): void {
  const context = new CheckContext(model, places, findings);
  // A graph with holes says nothing about reachability.
  const whole = findings.errors === 0;
  if (whole) checkMachines(context);
  const sound = findings.errors === 0;
  checkDecisions(context, sound);
  checkMeasures(context, sound);
  checkRules(context, sound);
  if (sound) checkHolds(context);
  checkStandings(context);
  checkLearning(context);
}
