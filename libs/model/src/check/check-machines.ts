import type { SubjectDefinition } from '../definition.js';
import { arrowsOf, reachOf } from '../machine.js';
import type { CheckContext } from './check-context.js';

/** States nothing leads to, subjects that cannot begin, deadlines that never come. */
export function checkMachines(context: CheckContext): void {
  const { model, places, findings } = context;
  for (const [name, subject] of Object.entries(model.interaction)) {
    const reached = reachOf(subject).get('new')!;
    const path = ['interaction', name];
    if (
      !Object.values(subject.decisions).some(({ moves, clock }) => !clock && moves.some(({ from }) => from === 'new'))
    ) {
      const mend = `give a decision \`moves: new -> ${subject.states[0] ?? 'placed'}\``;
      findings.error('no-start', places.key(path), `no decision begins a subject \`${name}\``, mend);
      continue;
    }
    for (const state of subject.states) {
      if (reached.has(state)) continue;
      const from = arrowsOf(subject).some(({ to }) => to === state)
        ? 'only from states that are unreachable themselves'
        : 'no decision moves to it';
      findings.error(
        'unreachable-state',
        places.word([...path, 'states'], state),
        `\`${state}\` is never reached: ${from}`,
        'add a move to it, or remove it',
      );
    }
    checkDeadlines(context, name, subject);
  }
}

function checkDeadlines({ places, findings }: CheckContext, name: string, { decisions }: SubjectDefinition): void {
  const first = new Map<string, { verb: string; afterMs: number }>();
  const due = Object.entries(decisions).filter(([, { clock }]) => clock);
  for (const [verb, { afterMs = 0, moves }] of due.toSorted((a, b) => (a[1].afterMs ?? 0) - (b[1].afterMs ?? 0))) {
    for (const { from } of moves) {
      const earlier = first.get(from);
      if (earlier === undefined) {
        first.set(from, { verb, afterMs });
        continue;
      }
      const span = places.word(['interaction', name, 'decisions', verb, 'moves'], from);
      findings.warn(
        'deadline-shadowed',
        span,
        `\`${earlier.verb}\` always leaves \`${from}\` first`,
        'remove one of the two deadlines',
      );
    }
  }
}
