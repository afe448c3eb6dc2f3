import { TuttiError } from '@tutti/kernel';
import type { DecisionDefinition } from '../definition.js';
import { readDuration } from '../parse/words.js';
import { dataOfClass } from './data-of-class.js';
import { declaredDecision, type DecisionClass, type DeclaredDecision } from './decision-class.js';
import { readBy, readMoves } from './decision-words.js';

/** A class as part of a model. */
export interface CompiledClass {
  /** Subject and verb of its type: `order`, `place`. */
  subject: string;
  verb: string;
  definition: DecisionDefinition;
}

/**
 * A class with `@Decision` as the decision definition that the same contract in YAML gives, byte for byte in canonical
 * JSON. Roles, states and expressions are checked with the model it is put into.
 *
 * @throws TuttiError `class-without-decision`, `class-option-invalid`, `class-rule-unsupported`, `class-rule-conflict`,
 *   `class-type-missing`
 */
export function compileClass(target: DecisionClass): CompiledClass {
  const declared = declaredDecision(target);
  const invalid = (option: string, value: unknown, mend: string) =>
    new TuttiError(
      'class-option-invalid',
      `@Decision of ${target.name}: ${option} ${JSON.stringify(value)} cannot be read`,
      {
        where: target.name,
        mend,
      },
    );
  const found = /^([a-z][A-Za-z0-9]*)\.([a-z][A-Za-z0-9]*)$/.exec(declared.type);
  if (found === null) throw invalid('the type', declared.type, 'Write SUBJECT.VERB, both in camelCase: order.place.');
  const clock = declared.by === 'clock';
  const by = clock
    ? []
    : listed(declared.by).map((words) => {
        const role = readBy(words);
        if (role === undefined || role.role === 'clock')
          throw invalid('by', words, 'Write a role, `any ROLE`, or clock alone.');
        return role;
      });
  if (!clock && by.length === 0) throw invalid('by', declared.by, 'Name at least one role.');
  const moves = listed(declared.moves ?? []).flatMap((words) => {
    const read = readMoves(words);
    if (read === undefined) throw invalid('moves', words, 'Write `placed | shipped -> cancelled`.');
    return read;
  });
  const schema = dataOfClass(target);
  if (clock && Object.keys(schema['properties'] as object).length > 0) {
    throw invalid('by', declared.by, 'Leave the properties out: nobody sends data with a decision by the clock.');
  }
  return {
    subject: found[1]!,
    verb: found[2]!,
    definition: {
      by,
      clock,
      ...deadline(declared, clock, invalid),
      moves,
      schema,
      requires: Object.entries(declared.requires ?? {}).map(([name, cel]) => ({ name, cel })),
      fact: declared.fact ?? false,
      manual: declared.manual ?? false,
    },
  };
}

function deadline(
  { after }: DeclaredDecision,
  clock: boolean,
  invalid: (option: string, value: unknown, mend: string) => TuttiError,
): { afterMs?: number } {
  if (!clock) {
    if (after !== undefined) throw invalid('after', after, 'Only a decision by the clock has a deadline: by: clock.');
    return {};
  }
  const read = readDuration(after ?? '');
  if ('ms' in read && read.ms > 0) return { afterMs: read.ms };
  throw invalid('after', after ?? null, 'Write a number and a unit: 7 days, 12 hours.');
}

function listed(words: string | readonly string[]): readonly string[] {
  return typeof words === 'string' ? [words] : words;
}
