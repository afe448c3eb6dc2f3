import type { Json, JsonObject } from '@tutti/kernel';
import type { ErrorObject } from 'ajv/dist/2020.js';
import type { SchemaProblem } from '../compiled.js';
import { didYouMean } from '../problems/did-you-mean.js';

const PROBLEMS_MAX = 50;
const SHOWN_MAX = 80;
const NAME_MAX = 256;
const SUMMARIES = new Set(['anyOf', 'oneOf', 'allOf', 'if']);

/** Ajv's errors in words of the model, sorted by pointer, then message; at most 50. */
export function schemaProblems(
  errors: readonly ErrorObject[],
  schema: JsonObject,
  assets: Readonly<Record<string, number>>,
): SchemaProblem[] {
  // What an `anyOf` adds about itself says less than the errors under it.
  const telling = errors.filter(({ keyword }) => !SUMMARIES.has(keyword));
  const relevant = (telling.length > 0 ? telling : errors)
    .map((error) => ({ pointer: pointerOf(error), error }))
    .toSorted((a, b) => order(a.pointer, b.pointer))
    .slice(0, PROBLEMS_MAX)
    .map(({ pointer, error }) => problemOf(pointer, error, schema, assets))
    .toSorted((a, b) => order(a.pointer, b.pointer) || order(a.message, b.message));
  return relevant.filter(({ pointer, message }, i) => {
    const before = relevant[i - 1];
    return before === undefined || pointer !== before.pointer || message !== before.message;
  });
}

function order(left: string, right: string): number {
  return left === right ? 0 : left < right ? -1 : 1;
}

function pointerOf({ instancePath, params }: ErrorObject): string {
  const property = (params['missingProperty'] ?? extraOf(params)) as string | undefined;
  // A name of half a megabyte would stand in the journal twice.
  if (property === undefined || property.length > NAME_MAX) return instancePath;
  return `${instancePath}/${property.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

function extraOf(params: Record<string, unknown>): string | undefined {
  return (params['additionalProperty'] ?? params['unevaluatedProperty']) as string | undefined;
}

function problemOf(
  pointer: string,
  error: ErrorObject,
  schema: JsonObject,
  assets: Readonly<Record<string, number>>,
): SchemaProblem {
  const { params, data } = error;
  const missing = params['missingProperty'] as string | undefined;
  if (missing !== undefined) return { pointer, message: `${missing} is missing` };
  const extra = extraOf(params);
  if (extra !== undefined) {
    const known = error.parentSchema?.['properties'] as object | undefined;
    const hint = didYouMean(cut(extra, 64), Object.keys(known ?? schema['properties'] ?? {}));
    const message = `there is no property ${cut(extra, SHOWN_MAX)}`;
    return { pointer, message: hint?.startsWith('did') === true ? `${message}: ${hint}` : message };
  }
  const problem: SchemaProblem = { pointer, message: messageOf(error, assets) };
  return data === undefined || typeof data === 'object'
    ? problem
    : { ...problem, actual: typeof data === 'string' ? cut(data, SHOWN_MAX) : (data as Json) };
}

function messageOf(
  { keyword, params, data, parentSchema = {}, message }: ErrorObject,
  assets: Readonly<Record<string, number>>,
): string {
  const shown = show(data);
  const limit = String(params['limit']);
  switch (keyword) {
    case 'type':
      return `${shown} ${notA(parentSchema, data, assets)}`;
    case 'enum': {
      const allowed = (parentSchema['enum'] as Json[]).map((value) =>
        typeof value === 'string' ? value : JSON.stringify(value),
      );
      return `${shown} is not one of ${allowed.slice(0, 20).join(', ')}${allowed.length > 20 ? ' …' : ''}`;
    }
    case 'const':
      return `${shown} is not ${show(parentSchema['const'])}`;
    case 'format':
      if (params['format'] === 'date-time') return `${shown} is no time: write it as 2026-03-04T18:00:00Z`;
      return `${shown} is no ${String(params['format'])}`;
    case 'minimum':
    case 'exclusiveMinimum':
      return `${shown} is ${keyword === 'minimum' ? 'less than' : 'not more than'} ${limit}`;
    case 'maximum':
    case 'exclusiveMaximum':
      return `${shown} is ${keyword === 'maximum' ? 'more than' : 'not less than'} ${limit}`;
    case 'multipleOf':
      return `${shown} is no multiple of ${String(params['multipleOf'])}`;
    case 'minLength':
      return `${shown} is shorter than ${limit} characters`;
    case 'maxLength':
      return `${shown} is longer than ${limit} characters`;
    case 'minItems':
      return `the list has fewer than ${limit} items`;
    case 'maxItems':
      return `the list has more than ${limit} items`;
    case 'uniqueItems':
      return 'an item stands in the list twice';
    case 'pattern':
      return `${shown} does not match ${String(params['pattern'])}`;
    default:
      return message ?? `does not fit \`${keyword}\``;
  }
}

function notA(
  schema: Readonly<Record<string, unknown>>,
  data: unknown,
  assets: Readonly<Record<string, number>>,
): string {
  const asset = schema['x-tutti-asset'];
  if (typeof asset === 'string') return `is not an integer: ${amountHint(asset, data, assets)}`;
  if (schema['x-tutti-share'] === true) return `is not an integer: shares are in basis points, 15% is 1500`;
  if (typeof schema['x-tutti-role'] === 'string') return `is no participant’s id`;
  if (schema['format'] === 'date-time') return 'is no time: write it as 2026-03-04T18:00:00Z';
  switch (schema['type']) {
    case 'integer':
      return 'is not an integer';
    case 'string':
      return 'is not a text';
    case 'boolean':
      return 'is neither true nor false';
    case 'object':
      return 'is not an object';
    case 'array':
      return 'is not a list';
    default:
      return `is not of type ${String(schema['type'])}`;
  }
}

/** `amounts are in cents, write 4200` for 42.00. */
function amountHint(asset: string, data: unknown, assets: Readonly<Record<string, number>>): string {
  const decimals = Object.hasOwn(assets, asset) ? assets[asset]! : 0;
  const unit =
    decimals === 2
      ? 'cents'
      : decimals === 0
        ? `whole ${asset}`
        : `units of ${(10 ** -decimals).toFixed(decimals)} ${asset}`;
  const text = typeof data === 'number' || typeof data === 'string' ? String(data) : '';
  const found = /^(-?\d{1,12})(?:\.(\d{1,12}))?$/.exec(text);
  const fraction = (found?.[2] ?? '').replace(/0+$/, '');
  if (found === null || fraction.length > decimals) return `amounts are in ${unit}`;
  const whole = Number(`${found[1]}${fraction.padEnd(decimals, '0')}`);
  // A text of digits may already be in the smallest unit.
  return `amounts are in ${unit}, write ${typeof data === 'string' && found[2] === undefined ? text : whole}`;
}

function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(cut(value, SHOWN_MAX));
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  return String(value);
}

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length).toWellFormed()}…` : text;
}
