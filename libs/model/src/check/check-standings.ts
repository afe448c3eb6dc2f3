import type { StandingDefinition } from '../definition.js';
import { scoreScope } from '../expressions/scopes.js';
import type { CheckContext } from './check-context.js';
import { searchPoint, showPoint } from './search.js';

/** Scores and tiers. */
export function checkStandings(context: CheckContext): void {
  for (const [role, standing] of Object.entries(context.model.incentive?.standings ?? {})) {
    const path = ['incentive', 'standings', role];
    checkTiers(context, path, standing);
    const score = context.expression([...path, 'score'], standing.score, scoreScope(context.model), 'int');
    const last = standing.tiers.at(-1);
    // A search is worth its time once the rest is right.
    if (score === undefined || last === undefined || last.from > 0 || context.findings.errors > 0) continue;
    const names = [...new Set(score.reads.map((read) => read.path))];
    let lowest = 0n;
    const point = searchPoint(names, [standing.score], (candidate) => {
      try {
        lowest = score.run(candidate) as bigint;
      } catch {
        return false;
      }
      return lowest < BigInt(last.from);
    });
    if (point === undefined) continue;
    const said = `the score falls below the last tier: ${lowest} at ${showPoint(point, names)}`;
    context.findings.warn(
      'tiers-cover',
      context.places.value([...path, 'score']),
      said,
      'keep it from falling: max(0, …)',
    );
  }
}

function checkTiers({ places, findings }: CheckContext, path: readonly string[], { tiers }: StandingDefinition): void {
  const [first] = tiers;
  for (const [i, tier] of tiers.entries()) {
    const at = [...path, 'tiers', tier.name];
    const before = tiers[i - 1];
    if (before !== undefined && tier.from >= before.from) {
      const said = `\`${tier.name}\` begins at ${tier.from}, not below \`${before.name}\``;
      findings.error('tiers-order', places.value([...at, 'from']), said, 'put the best tier first');
    }
    const attributes = Object.keys(first?.attributes ?? {});
    const lacking = attributes.find((attribute) => !Object.hasOwn(tier.attributes, attribute));
    const extra = Object.keys(tier.attributes).find((attribute) => !attributes.includes(attribute));
    if (lacking !== undefined) {
      findings.error(
        'tiers-order',
        places.key(at),
        `\`${tier.name}\` says nothing about \`${lacking}\``,
        'all tiers have the same attributes',
      );
    }
    if (extra !== undefined) {
      findings.error(
        'tiers-order',
        places.key([...at, extra]),
        `\`${first?.name}\` says nothing about \`${extra}\``,
        'all tiers have the same attributes',
      );
    }
    for (const [attribute, value] of Object.entries(tier.attributes)) {
      const other = first?.attributes[attribute];
      if (other === undefined || typeof other === typeof value) continue;
      findings.error(
        'tiers-order',
        places.value([...at, attribute]),
        `\`${attribute}\` is of another type in \`${first?.name}\``,
        'use one type in all tiers',
      );
    }
  }
  const last = tiers.at(-1);
  if (last === undefined || last.from <= 0) return;
  const span = places.value([...path, 'tiers', last.name, 'from']);
  findings.error('tiers-cover', span, `a score below ${last.from} has no tier`, 'let the last tier begin at 0');
}
