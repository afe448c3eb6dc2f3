import type { Json } from '@tutti/kernel';
import { assetSchema, roleSchema, simpleSchema } from '../data-schema.js';
import { IS_AMOUNT, IS_ROLE, IS_SHARE, IS_TIME } from './data-rules.js';
import type { PropertyDraft } from './property-draft.js';
import { linearPattern } from '../payload/pattern.js';

/** One rule of class-validator on a property. */
export interface Rule {
  /** As written: `@MaxLength`. */
  shown: string;
  constraints: readonly unknown[];
}

type Meaning = (draft: PropertyDraft, rule: Rule) => void;

const UUID_VERSIONS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(['1', '2', '3', '4', '5', '6', '7', '8'].map((version) => [version, uuid(version)])),
  all: `^(?:${uuid('[1-8]').slice(1, -1)}|0{8}(?:-0{4}){3}-0{12}|[Ff]{8}(?:-[Ff]{4}){3}-[Ff]{12})$`,
};

/**
 * What each rule of class-validator means in JSON Schema, by the name it registers under. A rule that is not here has
 * no such meaning and is refused. Lengths count code points, as JSON Schema does.
 */
export const RULE_MEANINGS: Readonly<Record<string, Meaning>> = {
  isString: (draft, { shown }) => draft.is('string', shown),
  isInt: (draft, { shown }) => draft.is('integer', shown),
  isBoolean: (draft, { shown }) => draft.is('boolean', shown),
  isArray: (draft, { shown }) => draft.is('array', shown),
  isRFC3339: (draft, { shown }) => draft.shaped('string', simpleSchema('time'), shown),
  [IS_TIME]: (draft, { shown }) => draft.shaped('string', simpleSchema('time'), shown),
  [IS_ROLE]: (draft, { shown, constraints }) => draft.shaped('string', roleSchema(String(constraints[0])), shown),
  [IS_AMOUNT]: (draft, { shown, constraints }) => draft.shaped('integer', assetSchema(String(constraints[0])), shown),
  [IS_SHARE]: (draft, { shown }) => draft.shaped('integer', simpleSchema('share'), shown),

  isIn: (draft, { shown, constraints }) => draft.oneOf(constraints[0] as unknown[], shown),
  // constraints[1] is class-validator's list of an enum's values, without a numeric enum's reverse names.
  isEnum: (draft, { shown, constraints }) => draft.oneOf(constraints[1] as unknown[], shown),
  equals: (draft, { shown, constraints }) => draft.oneOf([constraints[0]], shown),
  isNotIn: (draft, { shown, constraints }) => draft.not(plain(draft, shown, constraints[0] as unknown[])),
  notEquals: (draft, { shown, constraints }) => draft.not(plain(draft, shown, [constraints[0]])),

  min: (draft, { shown, constraints }) => number(draft, shown, () => draft.bound('minimum', constraints[0], shown)),
  max: (draft, { shown, constraints }) => number(draft, shown, () => draft.bound('maximum', constraints[0], shown)),
  isPositive: (draft, { shown }) => number(draft, shown, () => draft.bound('minimum', 1, shown)),
  isNegative: (draft, { shown }) => number(draft, shown, () => draft.bound('maximum', -1, shown)),
  isDivisibleBy: (draft, { shown, constraints }) => {
    const [divisor] = constraints;
    if (!Number.isSafeInteger(divisor) || Number(divisor) <= 0)
      throw draft.unsupported(shown, 'with no positive integer');
    number(draft, shown, () => draft.keyword('multipleOf', divisor as number, shown));
  },

  minLength: (draft, { shown, constraints }) =>
    text(draft, shown, () => draft.bound('minLength', constraints[0], shown)),
  maxLength: (draft, { shown, constraints }) =>
    text(draft, shown, () => draft.bound('maxLength', constraints[0], shown)),
  isLength: (draft, { shown, constraints }) =>
    text(draft, shown, () => {
      draft.bound('minLength', constraints[0], shown);
      if (constraints[1] !== undefined) draft.bound('maxLength', constraints[1], shown);
    }),
  isNotEmpty: (draft, { shown }) => draft.notEmpty(shown),
  matches: (draft, { shown, constraints }) => {
    const [pattern, modifiers] = constraints;
    const flags = pattern instanceof RegExp ? pattern.flags : String(modifiers ?? '');
    if (flags !== '') throw draft.unsupported(shown, `with the flags \`${flags}\` has no meaning in JSON Schema`);
    const source = pattern instanceof RegExp ? pattern.source : String(pattern);
    if (!compiles(source))
      throw draft.unsupported(
        shown,
        `with ${source}, which is no pattern in Unicode mode, or needs look-around or back-references`,
      );
    patterned(draft, shown, source);
  },
  contains: (draft, { shown, constraints }) => patterned(draft, shown, escaped(String(constraints[0]))),
  isAlpha: (draft, rule) => english(draft, rule, '^[A-Za-z]+$'),
  isAlphanumeric: (draft, rule) => english(draft, rule, '^[0-9A-Za-z]+$'),
  isHexadecimal: (draft, { shown }) => patterned(draft, shown, '^(?:0[xXhH])?[0-9A-Fa-f]+$'),
  isUuid: (draft, { shown, constraints }) => {
    const version = String(constraints[0] ?? 'all');
    const pattern = Object.hasOwn(UUID_VERSIONS, version) ? UUID_VERSIONS[version] : undefined;
    if (pattern === undefined)
      throw draft.unsupported(shown, `with the version ${version}`, 'Name one version, or none.');
    patterned(draft, shown, pattern);
  },
  isEmail: (draft, { shown, constraints }) => {
    if (constraints[0] !== undefined) throw draft.unsupported(shown, 'with options has no meaning in JSON Schema');
    text(draft, shown, () => draft.keyword('format', 'email', shown));
  },

  arrayMinSize: (draft, { shown, constraints }) =>
    list(draft, shown, () => draft.bound('minItems', constraints[0], shown)),
  arrayMaxSize: (draft, { shown, constraints }) =>
    list(draft, shown, () => draft.bound('maxItems', constraints[0], shown)),
  arrayNotEmpty: (draft, { shown }) => list(draft, shown, () => draft.bound('minItems', 1, shown)),
};

/** Rules people reach for that have no meaning here, and what to write instead. */
export const INSTEAD: Readonly<Record<string, string>> = {
  isNumber: 'Write @IsInt(): contracts know no fractions; amounts are in the smallest unit, shares in basis points.',
  isIso8601: 'Write @IsRFC3339(): a date without time or zone is no moment.',
  isDateString: 'Write @IsRFC3339(): a date without time or zone is no moment.',
  isDate: 'Write @IsRFC3339() on a string: JSON has no dates.',
  minDate: 'Write it in `requires`: data.promised >= at + days(1).',
  maxDate: 'Write it in `requires`: data.promised <= at + days(30).',
  isObject: 'Write @ValidateNested() with @Type(() => …), so that its members are known.',
  isNotEmptyObject: 'Write @ValidateNested() with @Type(() => …), so that its members are known.',
  arrayUnique:
    'Write the decision in YAML with `uniqueItems: true`: what it compares by cannot be read from the class.',
  isUrl: 'Write @Matches(/^https:\\/\\//).',
};

function text(draft: PropertyDraft, rule: string, then: () => void): void {
  draft.is('string', rule);
  then();
}

function number(draft: PropertyDraft, rule: string, then: () => void): void {
  draft.onNumber(rule);
  then();
}

function list(draft: PropertyDraft, rule: string, then: () => void): void {
  draft.is('array', rule);
  then();
}

function patterned(draft: PropertyDraft, rule: string, pattern: string): void {
  text(draft, rule, () => draft.keyword('pattern', pattern, rule));
}

function english(draft: PropertyDraft, { shown, constraints }: Rule, pattern: string): void {
  const locale = constraints[0];
  if (locale !== undefined && locale !== 'en-US') {
    throw draft.unsupported(shown, `for ${String(locale)} has no meaning in JSON Schema`, 'Write @Matches(…).');
  }
  patterned(draft, shown, pattern);
}

function plain(draft: PropertyDraft, rule: string, values: readonly unknown[]): Json[] {
  return values.map((value) => {
    if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return value as Json;
    throw draft.unsupported(rule, 'with values other than texts, numbers, booleans and null');
  });
}

function compiles(pattern: string): boolean {
  try {
    linearPattern(pattern);
    return true;
  } catch {
    return false;
  }
}

function escaped(literal: string): string {
  return literal.replace(/[$()*+./?[\\\]^{|}]/g, '\\$&');
}

function uuid(version: string): string {
  return `^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-${version}[0-9A-Fa-f]{3}-[89ABab][0-9A-Fa-f]{3}-[0-9A-Fa-f]{12}$`;
}
