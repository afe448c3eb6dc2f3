import type { LoopDefinition } from '../definition.js';
import type { Expression } from '../expressions/expression.js';
import { abortScope, conditionScope, type MeasureScope } from '../expressions/scopes.js';
import type { CheckContext, Path } from './check-context.js';
import { searchPoint, showPoint } from './search.js';

/** Loops and roll-outs. */
export function checkLearning(context: CheckContext): void {
  const { model, places, findings } = context;
  const tuned = new Map<string, string>();
  for (const [name, loop] of Object.entries(model.learning?.loops ?? {})) {
    const path = ['learning', 'loops', name];
    const other = tuned.get(loop.tunes);
    if (other !== undefined) {
      findings.error(
        'loop-duplicate',
        places.value([...path, 'tunes']),
        `\`${other}\` tunes \`${loop.tunes}\` already`,
        'make one loop of the two',
      );
    }
    tuned.set(loop.tunes, name);
    const scope = conditionScope(model);
    const raise = context.expression([...path, 'raise'], loop.raise, scope, 'bool');
    const lower = context.expression([...path, 'lower'], loop.lower, scope, 'bool');
    // A search is worth its time once the rest is right.
    if (raise === undefined || lower === undefined || findings.errors > 0) continue;
    checkThresholds(context, path, loop, raise, lower);
  }
  for (const [name, { abort }] of Object.entries(model.learning?.rollout ?? {})) {
    if (abort !== undefined)
      context.expression(['learning', 'rollout', name, 'abort'], abort, abortScope(model), 'bool');
  }
}

function checkThresholds(
  context: CheckContext,
  path: Path,
  loop: LoopDefinition,
  raise: Expression<MeasureScope>,
  lower: Expression<MeasureScope>,
): void {
  const { places, findings } = context;
  const names = [...new Set([...raise.reads, ...lower.reads].map((read) => read.path))];
  const texts = [loop.raise, loop.lower];
  const both = searchPoint(names, texts, (point) => holds(raise, point) && holds(lower, point));
  if (both !== undefined) {
    const where = names.length === 0 ? 'always' : `at ${showPoint(both, names)}`;
    findings.error(
      'loop-overlap',
      places.key([...path, 'lower']),
      `\`raise\` and \`lower\` both hold ${where}`,
      'leave a gap between the two thresholds',
    );
    return;
  }
  for (const [key, condition] of [
    ['raise', raise],
    ['lower', lower],
  ] as const) {
    if (searchPoint(names, texts, (point) => holds(condition, point)) !== undefined) continue;
    findings.warn(
      'loop-never',
      places.value([...path, key]),
      `no values were found at which \`${key}\` holds`,
      'check its thresholds',
    );
  }
}

/** A rate without a denominator is no evidence, and a fault is none either. */
function holds(condition: Expression<MeasureScope>, point: MeasureScope): boolean {
  try {
    return condition.run(point) === true;
  } catch {
    return false;
  }
}
