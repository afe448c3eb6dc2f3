import type { DecisionDefinition, SubjectDefinition } from './definition.js';

/** One arrow of a subject's state machine. */
export interface Arrow {
  verb: string;
  from: string;
  to: string;
}

/** All arrows, in model order. */
export function arrowsOf({ decisions }: Pick<SubjectDefinition, 'decisions'>): Arrow[] {
  return Object.entries(decisions).flatMap(([verb, { moves }]) => moves.map(({ from, to }) => ({ verb, from, to })));
}

/** State (`new` included) → states that some path of moves leads to; itself only if it is on a cycle. */
export function reachOf(subject: SubjectDefinition): Map<string, Set<string>> {
  const next = new Map<string, Set<string>>(['new', ...subject.states].map((state) => [state, new Set()]));
  for (const { from, to } of arrowsOf(subject)) next.get(from)?.add(to);
  return new Map(
    [...next].map(([state, first]) => {
      const reached = new Set<string>();
      const waiting = [...first];
      for (let to = waiting.pop(); to !== undefined; to = waiting.pop()) {
        if (reached.has(to)) continue;
        reached.add(to);
        waiting.push(...(next.get(to) ?? []));
      }
      return [state, reached];
    }),
  );
}

/** States that no decision or deadline leads out of, in the order of `states`. */
export function endsOf(subject: SubjectDefinition): string[] {
  const left = new Set(
    arrowsOf(subject)
      .filter(({ from, to }) => from !== to)
      .map(({ from }) => from),
  );
  const reached = reachOf(subject).get('new') ?? new Set();
  return subject.states.filter((state) => reached.has(state) && !left.has(state));
}

/** State → decisions that every path to it has passed. States nothing leads to are absent. */
export function passedAt(subject: SubjectDefinition): Map<string, ReadonlySet<string>> {
  const arrows = arrowsOf(subject);
  const passed = new Map<string, ReadonlySet<string>>([['new', new Set()]]);
  for (let changed = true; changed;) {
    changed = false;
    for (const { verb, from, to } of arrows) {
      const before = passed.get(from);
      if (before === undefined || to === 'new') continue;
      const here = new Set([...before, verb]);
      const known = passed.get(to);
      const both = known === undefined ? here : new Set([...known].filter((each) => here.has(each)));
      if (known !== undefined && both.size === known.size) continue;
      passed.set(to, both);
      changed = true;
    }
  }
  return passed;
}

/** Decisions that were certainly accepted before one is judged. */
export function passedBefore(subject: SubjectDefinition, decision: DecisionDefinition): ReadonlySet<string> {
  const passed = passedAt(subject);
  const froms = decision.moves.length === 0 ? subject.states : decision.moves.map(({ from }) => from);
  const sets = froms.map((state) => passed.get(state)).filter((set) => set !== undefined);
  const [first, ...more] = sets;
  return new Set([...(first ?? [])].filter((verb) => more.every((set) => set.has(verb))));
}
