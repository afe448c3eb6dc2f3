import type { ProblemMeaning } from '../problems/problem-codes.js';

/** Every code that a class as a contract can give. Codes never change. */
export const CLASS_CODES = {
  'class-without-decision': {
    title: 'A class without @Decision',
    meaning: 'A class was given as a contract, but nothing says of which decision type.',
    mend: "Write @Decision('subject.verb', { by: …, moves: … }) above the class.",
  },
  'class-without-subject': {
    title: 'A class about a subject that is not there',
    meaning: 'The first part of its decision type is no subject of the model: states, parties and keeps stand in YAML.',
    mend: 'Add the subject with its states under `interaction:`.',
  },
  'class-option-invalid': {
    title: 'An option of @Decision that cannot be read',
    meaning: 'The words of @Decision are those of the YAML form: roles, `placed | shipped -> cancelled`, `7 days`.',
    mend: 'Write it as the example in the message.',
  },
  'class-rule-unsupported': {
    title: 'A rule that JSON Schema cannot say',
    meaning:
      'The backbone runs the compiled schema only, so that a rule without a meaning there would silently be dropped.',
    mend: 'Leave the rule out, or say it in `requires` as CEL.',
  },
  'class-rule-conflict': {
    title: 'Rules that contradict each other',
    meaning: 'No value could fit both rules of the property.',
    mend: 'Keep one of them.',
  },
  'class-type-missing': {
    title: 'A property without a type',
    meaning: 'Its rules bound a value, but none says what it is: a text, an integer, a role.',
    mend: 'Add @IsString(), @IsInt(), @IsBoolean(), @IsRFC3339(), @IsRole(…), @IsAmount(…) or @IsIn([…]).',
  },
  'class-differs': {
    title: 'A decision declared twice, not the same',
    meaning: 'YAML and a class both declare this decision type, and they do not give the same contract.',
    mend: 'Make both the same, or remove one of them.',
  },
} as const satisfies Record<string, ProblemMeaning>;

export type ClassCode = keyof typeof CLASS_CODES;
