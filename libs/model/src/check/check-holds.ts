import type { RuleDefinition, SubjectDefinition } from '../definition.js';
import { arrowsOf, endsOf, type Arrow } from '../machine.js';
import { didYouMean } from '../problems/did-you-mean.js';
import type { CheckContext } from './check-context.js';

type Certainty = 'yes' | 'maybe' | 'no';

/** Every hold is posted or voided on every path: a search through the subject's state machine. */
export function checkHolds(context: CheckContext): void {
  const { model, places, findings } = context;
  const rules = model.incentive?.rules ?? [];
  const holds = rules.filter(({ verb, when }) => verb === 'hold' && when !== 'epoch');
  const enders = rules.filter(({ verb, when }) => (verb === 'post' || verb === 'void') && when !== 'epoch');
  for (const rule of enders) {
    const path = ['incentive', 'rules', rule.name];
    const hold = holds.find(({ name }) => name === rule.amount);
    if (hold === undefined) {
      const mend =
        didYouMean(
          rule.amount,
          holds.map(({ name }) => name),
        ) ?? 'name the rule that holds';
      findings.error(
        'hold-unknown',
        places.value([...path, rule.verb]),
        `no rule \`${rule.amount}\` holds anything`,
        mend,
      );
      continue;
    }
    const subject = subjectOf(hold);
    const other = typesOf(rule).find((type) => !type.startsWith(`${subject}.`));
    if (other === undefined) continue;
    const said = `\`${rule.amount}\` is a hold of \`${subject}\`: \`${other}\` cannot end it`;
    findings.error('hold-unknown', places.word([...path, 'when'], other), said, `name decisions of \`${subject}\``);
  }
  for (const hold of holds)
    checkHold(
      context,
      hold,
      enders.filter(({ amount }) => amount === hold.name),
    );
}

function checkHold(context: CheckContext, hold: RuleDefinition, enders: readonly RuleDefinition[]): void {
  const { model, places, findings } = context;
  const subject = subjectOf(hold);
  const definition = model.interaction[subject];
  if (definition === undefined) return;
  const span = places.key(['incentive', 'rules', hold.name]);
  const ends = (verb: string): Certainty => {
    const mine = enders.filter((rule) => typesOf(rule).includes(`${subject}.${verb}`));
    if (mine.length === 0) return 'no';
    // Two conditions are taken to be two sides of one question.
    return mine.some((rule) => rule.if === undefined) || mine.length > 1 ? 'yes' : 'maybe';
  };
  const openers = typesOf(hold).map((type) => type.slice(subject.length + 1));
  const sure = walk(definition, openers, (verb) => ends(verb) === 'no');
  const mend = 'post or void it there too';
  // Decisions without moves come in any state, so they can end it, but need not.
  const still = Object.keys(definition.decisions).filter((verb) => definition.decisions[verb]!.moves.length === 0);
  const possible = [...walk(definition, openers, () => true).passed, ...openers, ...still];
  if (!possible.some((verb) => ends(verb) !== 'no')) {
    findings.error(
      'hold-never-resolved',
      span,
      `no path posts or voids \`${hold.name}\``,
      `add a rule with post: ${hold.name}`,
    );
    return;
  }
  if (sure.open !== undefined) {
    findings.error('hold-left-open', span, `\`${hold.name}\` stays open on the path ${sure.open}`, mend);
  } else {
    const perhaps = walk(definition, openers, (verb) => ends(verb) !== 'yes').open;
    if (perhaps !== undefined) {
      findings.warn(
        'hold-left-open',
        span,
        `\`${hold.name}\` stays open on the path ${perhaps} where the rule’s \`if\` does not hold`,
        mend,
      );
    }
  }
  const { states } = walk(definition, openers, (verb) => ends(verb) !== 'yes');
  for (const rule of enders) {
    for (const type of typesOf(rule)) {
      const verb = type.slice(subject.length + 1);
      const moves = definition.decisions[verb]?.moves;
      if (moves === undefined || openers.includes(verb) || (moves.length === 0 && states.size > 0)) continue;
      if (moves.some(({ from }) => states.has(from))) continue;
      const where = places.word(['incentive', 'rules', rule.name, 'when'], verb);
      findings.warn('hold-not-open', where, `\`${hold.name}\` is never open when \`${type}\` comes`, 'remove it');
    }
  }
}

/**
 * Follows the hold from the decisions that open it, over arrows that leave it open.
 *
 * @returns states in which it can be open, decisions passed, and a path to an end on which it stays open, if any
 */
function walk(
  subject: SubjectDefinition,
  openers: readonly string[],
  leavesOpen: (verb: string) => boolean,
): { states: Set<string>; passed: Set<string>; open: string | undefined } {
  const ends = new Set(endsOf(subject));
  const arrows = arrowsOf(subject);
  const states = new Set<string>();
  const passed = new Set<string>();
  let open: string | undefined;
  const waiting: { state: string; path: string[] }[] = [];
  const enter = (arrow: Arrow, path: string[]): void => {
    if (states.has(arrow.to)) return;
    states.add(arrow.to);
    waiting.push({ state: arrow.to, path: [...path, arrow.verb] });
    if (ends.has(arrow.to)) open ??= [...path, arrow.verb].join(' → ');
  };
  for (const verb of openers) {
    const own = arrows.filter((arrow) => arrow.verb === verb);
    for (const arrow of own) enter(arrow, []);
    if (own.length === 0) for (const state of subject.states) enter({ verb, from: state, to: state }, []);
  }
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    for (const arrow of arrows) {
      if (arrow.from !== next.state) continue;
      passed.add(arrow.verb);
      if (leavesOpen(arrow.verb)) enter(arrow, next.path);
    }
  }
  return { states, passed, open };
}

function typesOf({ when }: RuleDefinition): string[] {
  return when === 'epoch' ? [] : when;
}

function subjectOf(rule: RuleDefinition): string {
  return typesOf(rule)[0]?.split('.')[0] ?? '';
}
