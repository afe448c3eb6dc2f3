import type { ProblemMeaning } from '@tutti/model';

/** Every code that a tests file can give. Codes never change. */
export const SCENARIO_CODES = {
  'test-syntax': {
    title: 'The tests file is no YAML',
    meaning: 'The text cannot be read, or an alias in it leads nowhere.',
    mend: 'Indent with spaces; put quotes around texts that contain `: ` or ` #`.',
  },
  'test-shape': {
    title: 'A value of the wrong shape in the tests file',
    meaning: 'A mapping, list, text or number is expected, and something else is written.',
    mend: 'Compare with examples/marketplace/marketplace.tests.yaml.',
  },
  'test-missing': {
    title: 'Something is missing in a case',
    meaning: 'A case has `it`, `when` and `then`; a decision says `by` whom.',
    mend: 'Add what the message names.',
  },
  'test-value': {
    title: 'A value that cannot be',
    meaning: 'The value has the right shape, but means nothing here.',
    mend: 'Take what the message proposes.',
  },
  'test-unknown-key': {
    title: 'A word that has no meaning here',
    meaning: 'Nothing reads this word, so that the case would expect less than it seems to.',
    mend: 'Take the suggestion, or remove the word.',
  },
  'test-unknown-type': {
    title: 'A decision type the model does not have',
    meaning:
      'The step names a type that is not in the model; a case about unknown types expects `rejected: unknown-type`.',
    mend: 'Take the suggestion.',
  },
  'test-unknown-state': {
    title: 'A state the subject does not have',
    meaning: 'The case expects a state that is not among the declared ones.',
    mend: 'Take the suggestion.',
  },
  'test-unknown-field': {
    title: 'A field or party the subject does not have',
    meaning: 'The case expects a value that the subject neither keeps nor binds.',
    mend: 'Take the suggestion.',
  },
  'test-unknown-code': {
    title: 'A reason code that does not exist',
    meaning: 'The case expects a code that no verdict ever has.',
    mend: 'Take the suggestion.',
  },
  'test-unknown-rule': {
    title: 'A requirement the decision does not have',
    meaning: 'The case expects a rule that is not among the decision’s `requires`.',
    mend: 'Take the suggestion.',
  },
  'test-unknown-role': {
    title: 'A role the model does not have',
    meaning: 'A participant is given a role that is not declared.',
    mend: 'Take the suggestion, or write `unregistered`.',
  },
  'test-unknown-tier': {
    title: 'A tier the model does not have',
    meaning: 'A participant is given a standing that no `standings:` declares.',
    mend: 'Take the suggestion.',
  },
  'test-unknown-policy': {
    title: 'A policy or parameter the model does not have',
    meaning: 'The file sets something that is not declared under `policies:`.',
    mend: 'Take the suggestion.',
  },
  'no-incentive-layer': {
    title: 'Transfers are not checked yet',
    meaning:
      'The case expects transfers, and there is no incentive layer that could make them. It counts as not fully checked.',
    mend: 'Nothing to mend: the case is checked as soon as the layer exists.',
  },
} as const satisfies Record<string, ProblemMeaning>;

export type ScenarioCode = keyof typeof SCENARIO_CODES;
