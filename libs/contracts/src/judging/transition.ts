import type { CompiledDecision } from '@tutti/model';
import type { Attributes } from '../event.js';
import { reason, type Reason } from '../reason.js';
import type { SubjectState } from '../subject.js';

/** Where a decision leads: the state after it (undefined: no move), or why it leads nowhere. */
export type Transition = { to: string | undefined; refused?: undefined } | { to?: undefined; refused: Reason };

/**
 * The transition of a decision, and what kind of failure it is (DESIGN §5): `conflict` where some earlier state of the
 * subject allowed it and a different participant left that state (own and clock moves do not count), `too-early` where
 * a path of moves leads to a state that allows it, else `undeclared`: the model has no answer.
 *
 * `basedon` tells more: who decided on the present sequence has seen what happened, so it is no conflict. With `exact`
 * an allowed move fails too unless the subject is still at that sequence.
 *
 * @param participant who decides; '' for the clock
 */
export function transitionOf(
  decision: CompiledDecision,
  participant: string,
  attributes: Pick<Attributes, 'basedon' | 'exact'>,
  subject: SubjectState | undefined,
): Transition {
  const state = subject?.state ?? 'new';
  const sequence = subject?.sequence ?? 0;
  if (subject !== undefined && subject.type !== '' && subject.type !== decision.subject.name) {
    const detail = `${subject.id} is of type ${subject.type}: ${decision.type} does not apply to it`;
    return { refused: reason('undeclared', detail, { pointer: '/subject' }) };
  }
  if (attributes.exact === true && attributes.basedon !== sequence) {
    const detail = `decided on sequence ${attributes.basedon}, the subject is at ${sequence} (${state})`;
    return { refused: reason('conflict', detail, { pointer: '/basedon' }) };
  }
  if (decision.moves.size === 0) {
    if (state !== 'new') return { to: undefined };
    return { refused: reason('too-early', `${decision.type} needs a subject that has begun; this one is new`) };
  }
  const to = decision.moves.get(state);
  if (to !== undefined) return { to };
  return { refused: refusal(decision, participant, attributes.basedon, subject, state, sequence) };
}

function refusal(
  decision: CompiledDecision,
  participant: string,
  basedon: number | undefined,
  subject: SubjectState | undefined,
  state: string,
  sequence: number,
): Reason {
  if (subject !== undefined && (basedon === undefined || basedon < sequence)) {
    for (const from of decision.moves.keys()) {
      const other = whoElseLeft(subject, from, participant);
      if (other === undefined) continue;
      const decidedOn = basedon === undefined ? '' : `; you decided on sequence ${basedon}`;
      const detail = `${other} moved it out of ${from} first: it is ${state} (sequence ${sequence})${decidedOn}`;
      return reason('conflict', detail, basedon === undefined ? {} : { pointer: '/basedon' });
    }
  }
  const states = [...decision.moves.keys()];
  const reachable = decision.subject.reach.get(state);
  const next = states.find((from) => reachable?.has(from) === true);
  if (next !== undefined) {
    return reason('too-early', `${decision.type} waits for ${next}; the subject is ${state}`);
  }
  return reason('undeclared', `${decision.type} from ${state} is not declared; declared from ${states.join(', ')}`);
}

function whoElseLeft(subject: SubjectState, state: string, participant: string): string | undefined {
  if (!Object.hasOwn(subject.left, state)) return undefined;
  return subject.left[state]!.find((who) => who !== '' && who !== participant);
}
