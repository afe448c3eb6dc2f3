import { TuttiError } from '@tutti/kernel';

/** A class whose instances are the data of one decision type. */
export type DecisionClass = abstract new (...args: never[]) => object;

/** What `data:` apart, a decision declares; the words are those of the YAML form. */
export interface DecisionOptions {
  /** `buyer`, `['buyer', 'seller']`, `any seller`, or `clock`. */
  by: string | readonly string[];
  /** `new -> placed`, `placed | shipped -> cancelled`, or a list of such. Absent: in any state but `new`, moves nothing. */
  moves?: string | readonly string[];
  /** Name → CEL, in the order they are judged. */
  requires?: Readonly<Record<string, string>>;
  /** It reports something that has already happened. */
  fact?: boolean;
  /** It counts as an override in friction. */
  manual?: boolean;
  /** With `by: clock`: how long after the state was entered, `7 days`. */
  after?: string;
}

/** A class's decision type and options. */
export interface DeclaredDecision extends DecisionOptions {
  /** `order.place`, without namespace. */
  type: string;
}

const declared = new WeakMap<object, DeclaredDecision>();

/**
 * Declares a class to be the contract of a decision type; its class-validator rules become the schema of `data`.
 *
 * @param type `SUBJECT.VERB`, without namespace
 */
export function Decision(type: string, options: DecisionOptions): (target: DecisionClass) => void {
  return (target) => {
    declared.set(target, { ...options, type });
  };
}

/**
 * What `@Decision` says of a class.
 *
 * @throws TuttiError `class-without-decision`
 */
export function declaredDecision(target: DecisionClass): DeclaredDecision {
  const found = declared.get(target);
  if (found !== undefined) return found;
  throw new TuttiError('class-without-decision', `the class ${target.name} has no @Decision`, {
    where: target.name,
    mend: `Write @Decision('subject.verb', { by: …, moves: … }) above the class.`,
  });
}
