/** What a code of {@link Problem} means. */
export interface ProblemMeaning {
  title: string;
  meaning: string;
  mend: string;
}

/** Every code the checker uses. Codes never change. */
export const PROBLEM_CODES = {
  'yaml-syntax': {
    title: 'The text is no YAML',
    meaning: 'The file cannot be read as YAML 1.2. Often an expression needs quotes, or a line is indented with a tab.',
    mend: 'Indent with spaces; put quotes around expressions that contain `: `, ` #`, or a comma inside { }.',
  },
  'yaml-feature': {
    title: 'A part of YAML that models do not use',
    meaning: 'Anchors, aliases, merge keys, tags and several documents are refused: what a model says stands in it.',
    mend: 'Write it out.',
  },
  'yaml-too-large': {
    title: 'The text is too long or nested too deeply',
    meaning: 'A model has at most 256 KiB and 64 levels.',
    mend: 'Split the ecosystem into several models, or flatten the schema.',
  },
  'yaml-characters': {
    title: 'A character that cannot be kept',
    meaning: 'U+0000 and halves of surrogate pairs are refused: not every store keeps them.',
    mend: 'Remove the character.',
  },
  'duplicate-key': {
    title: 'A key stands in one map twice',
    meaning: 'One of the two would silently win.',
    mend: 'Remove one of them.',
  },
  'format-version': {
    title: 'Unknown format',
    meaning: 'The first key says which format the file has; this program reads format 1.',
    mend: 'Write `tutti: 1`, or use a newer program.',
  },
  'missing-key': {
    title: 'A key is missing',
    meaning: 'Something that has no default is not written.',
    mend: 'Add the key; the message shows an example.',
  },
  'unknown-key': {
    title: 'A key that has no meaning here',
    meaning: 'Nothing reads this key, so it is a slip of the pen or stands in the wrong place.',
    mend: 'Take the suggestion, or remove the key.',
  },
  'wrong-shape': {
    title: 'A value of the wrong shape',
    meaning: 'A map, list or text is expected, and something else is written.',
    mend: 'Write it as the example in the message.',
  },
  'bad-value': {
    title: 'A value that is not among the choices',
    meaning: 'The key takes a few words only, each once.',
    mend: 'Take one of them.',
  },
  'bad-number': {
    title: 'No fitting number',
    meaning: 'A whole number within bounds is expected.',
    mend: 'Write a whole number; amounts are in the smallest unit of their asset.',
  },
  'bad-share': {
    title: 'No share',
    meaning: 'Shares are written with a percent sign and at most two decimals, 0% to 100%.',
    mend: 'Write 15% or 2.5%.',
  },
  'bad-duration': {
    title: 'No fitting duration',
    meaning: 'Deadlines and windows are in seconds to weeks; `for`, `cooldown` and `bake` count epochs.',
    mend: 'Write `7 days` or `3 epochs`.',
  },
  'name-invalid': {
    title: 'A text that cannot be a name',
    meaning: 'Names are read by expressions: a small letter, then letters and digits. Assets are upper case.',
    mend: 'Take the suggestion.',
  },
  'name-reserved': {
    title: 'A name that has a meaning already',
    meaning: 'by, at, new, clock, epoch, any, the words of expressions and a few others cannot be names.',
    mend: 'Choose another name.',
  },
  'name-taken': {
    title: 'A name used for two things',
    meaning: 'Two things that are read in the same place have one name.',
    mend: 'Rename one of them.',
  },
  'not-yet': {
    title: 'Something this version cannot do yet',
    meaning: 'The format has a place for it, the program does not do it yet, and will not pretend to.',
    mend: 'Leave it out.',
  },
  'private-not-yet': {
    title: 'Personal data cannot be sealed yet',
    meaning: '`private: true` promises that a property can be erased; until decisions are sealed that cannot be kept.',
    mend: 'Keep personal data outside and send a reference.',
  },
  'unknown-role': {
    title: 'A role that is not declared',
    meaning: '`roles` names everybody who decides.',
    mend: 'Mend the name, or add it to `roles`.',
  },
  'unknown-state': {
    title: 'A state that is not declared',
    meaning: '`moves` names a state that `states` does not list.',
    mend: 'Mend the name, or add it to `states`.',
  },
  'unreachable-state': {
    title: 'A state nothing leads to',
    meaning: 'No path of moves from `new` enters it, so no subject is ever in it.',
    mend: 'Add a move to it, or remove it.',
  },
  'no-start': {
    title: 'A subject that cannot begin',
    meaning: 'No decision of a participant leads from `new` to a state.',
    mend: 'Give one of them `moves: new -> …`.',
  },
  'moves-syntax': {
    title: 'A transition that cannot be read',
    meaning: 'A transition is `a | b -> c`; several are a list.',
    mend: 'Write `moves: placed | shipped -> cancelled`.',
  },
  'move-ambiguous': {
    title: 'Two moves from one state',
    meaning: 'One decision leads from one state to one state only, so that every outcome is known beforehand.',
    mend: 'Make two decisions of it.',
  },
  'by-clock': {
    title: 'Something the clock cannot do',
    meaning: 'Decisions by the clock have moves and `after`, and nothing else; only they have `after`.',
    mend: 'Remove the key, or let a participant decide.',
  },
  'deadline-shadowed': {
    title: 'A deadline that never comes',
    meaning: 'An earlier deadline always leaves the state first.',
    mend: 'Shorten it, or remove it.',
  },
  'path-syntax': {
    title: 'A path that cannot be read',
    meaning: 'Parties and keeps are paths into decisions.',
    mend: 'Write place.total, place.by, deliver.at, sum(refund.amount) or count(attempt).',
  },
  'unknown-path': {
    title: 'A path no decision has',
    meaning: 'The decision, or the property of its data, is not declared.',
    mend: 'Take the suggestion.',
  },
  'path-type': {
    title: 'A path of the wrong type',
    meaning: 'A party is a participant in its role; a sum adds numbers.',
    mend: 'Name a property of the right type, or change its type in `data`.',
  },
  'data-type': {
    title: 'A type that does not exist',
    meaning: 'Types are string, integer, boolean, time, share, a role, an asset, or a list of values.',
    mend: 'Take one of them.',
  },
  'data-schema': {
    title: 'A schema that is no JSON Schema',
    meaning: 'The keywords of a type, or a whole schema, are not valid JSON Schema 2020-12 in strict reading.',
    mend: 'Mend the keyword the message names.',
  },
  'schema-file': {
    title: 'A schema file that cannot be read',
    meaning: '`schema:` names a file that is not there, or is no JSON.',
    mend: 'Check the path; it counts from the model’s folder.',
  },
  bounds: {
    title: 'Bounds that do not fit',
    meaning: 'A minimum above its maximum, a default or a step outside, an account that could not begin at 0.',
    mend: 'Choose values with minimum ≤ default ≤ maximum.',
  },
  'expression-cut': {
    title: 'An expression cut at a comma',
    meaning: 'Inside { } YAML ends a value at the comma: of `share(a, b)` only `share(a` is left.',
    mend: 'Put the expression in quotes.',
  },
  'expression-syntax': {
    title: 'An expression that cannot be read',
    meaning: 'The text is no CEL.',
    mend: 'Mend it where the caret points; shares are percent(4), texts stand in quotes.',
  },
  'expression-type': {
    title: 'An expression of the wrong type',
    meaning: 'An operator or function gets a value it does not take, or the result is not what the place needs.',
    mend: 'Compare like with like: times with times, amounts with amounts.',
  },
  'unknown-field': {
    title: 'A name an expression cannot see',
    meaning: 'Expressions see `data`, `by`, `at`, the subject, `policy` and so on, depending on where they stand.',
    mend: 'Take the suggestion.',
  },
  'unknown-function': {
    title: 'A function that does not exist',
    meaning: 'The functions are share, rate, percent, days, hours, min, max, has, and those of texts, lists and times.',
    mend: 'Take the suggestion.',
  },
  'function-refused': {
    title: 'A part of CEL that models do not use',
    meaning: 'Whatever could run long or give different results on another machine is left out: `matches`, floats.',
    mend: 'Use startsWith, endsWith, contains or a `pattern` in `data`; use whole numbers.',
  },
  'never-equal': {
    title: 'A comparison that never holds',
    meaning: 'The value is compared with a text that it never has.',
    mend: 'Mend the text.',
  },
  'maybe-missing': {
    title: 'A value that may not be there',
    meaning: 'On some path the value has not been set, and the expression would fail.',
    mend: 'Guard it: `has(order.arrived) && …`.',
  },
  'policy-unbound': {
    title: 'A policy read before its unit is known',
    meaning: 'A policy `per: seller` is that of the subject’s seller; on some path nobody is the seller yet.',
    mend: 'Bind the party earlier, or read the policy in a later decision.',
  },
  'unit-mixed': {
    title: 'Two units in one sum',
    meaning: 'Amounts of different assets, or an amount and a share, are added, compared or swapped.',
    mend: 'Use share(amount, share) to take a part of an amount.',
  },
  'unknown-decision': {
    title: 'A decision that is not declared',
    meaning: '`when` names decisions as subject.verb.',
    mend: 'Take the suggestion.',
  },
  'rule-verb': {
    title: 'A rule with the wrong verb',
    meaning: 'A rule has one verb: pay and hold with from and to, post and void without.',
    mend: 'Keep one verb, with its keys.',
  },
  'unknown-account': {
    title: 'An account that does not exist',
    meaning: 'Accounts are named `fees`, or `seller.wallet` where each participant has one.',
    mend: 'Take the suggestion, or add it to `accounts`.',
  },
  'party-unbound': {
    title: 'Somebody who is not known yet',
    meaning: 'The rule names the account of a party that the subject does not have, or not on every path.',
    mend: 'Name a party of the subject, bound before.',
  },
  'hold-unknown': {
    title: 'A hold that does not exist',
    meaning: 'post and void name the rule that holds, of the same subject.',
    mend: 'Take the suggestion.',
  },
  'hold-never-resolved': {
    title: 'A hold that nothing ends',
    meaning: 'No path posts or voids it: the money would be held for ever.',
    mend: 'Add a rule with `post:` or `void:`.',
  },
  'hold-left-open': {
    title: 'A path on which a hold stays open',
    meaning: 'The path in the message ends with the money still held.',
    mend: 'Post or void it on that path too.',
  },
  'hold-not-open': {
    title: 'A hold that is never open there',
    meaning: 'On no path is it open when this decision comes, or something has always ended it before.',
    mend: 'Name another decision, or remove it.',
  },
  'tiers-order': {
    title: 'Tiers out of order',
    meaning: 'Tiers stand from the best to the worst, and all have the same attributes.',
    mend: 'Let `from` fall from tier to tier.',
  },
  'tiers-cover': {
    title: 'Scores without a tier',
    meaning: 'The score can fall below the last tier.',
    mend: 'Let the last tier begin at 0 and keep the score from falling below: max(0, …).',
  },
  'policy-unit': {
    title: 'A policy with an odd unit',
    meaning: '`per` is a role, `subject` or a context; `grace` goes with `applies: all`.',
    mend: 'Take the suggestion.',
  },
  'unknown-policy': {
    title: 'A policy that is not declared',
    meaning: 'Roll-outs are for policies, `model`, or `default`.',
    mend: 'Take the suggestion.',
  },
  'unknown-parameter': {
    title: 'A parameter that is not declared',
    meaning: '`tunes` names policy.parameter.',
    mend: 'Take the suggestion.',
  },
  'loop-overlap': {
    title: 'Raise and lower at once',
    meaning: 'Both conditions of the loop hold for the values in the message.',
    mend: 'Leave a gap between the two thresholds.',
  },
  'loop-never': {
    title: 'A condition that never holds',
    meaning: 'A search over the measures found no values at which it holds.',
    mend: 'Check its thresholds.',
  },
  'loop-duplicate': {
    title: 'Two loops on one parameter',
    meaning: 'They would work against each other.',
    mend: 'Make one of them.',
  },
  stages: {
    title: 'Stages that do not reach everybody',
    meaning: 'Stages are growing shares that end with 100%; they need a policy with a unit.',
    mend: 'Write stages: [5%, 25%, 100%].',
  },
  'unknown-keep': {
    title: 'Something no subject keeps',
    meaning: 'Contexts are what subjects keep.',
    mend: 'Take the suggestion, or add it to `keeps`.',
  },
  'context-open': {
    title: 'A context with any number of values',
    meaning: 'System state is kept per context; only listed values, or the most frequent ones, can be.',
    mend: 'Write { of: order.city, top: 20 }.',
  },
  'class-differs': {
    title: 'A decision that YAML and a class declare differently',
    meaning: 'A decision type may stand in both, if both say the same.',
    mend: 'Make both the same, or remove one of them.',
  },
} as const satisfies Record<string, ProblemMeaning>;

export type ProblemCode = keyof typeof PROBLEM_CODES;
