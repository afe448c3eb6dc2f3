import { formatTime, type Json } from '@tutti/kernel';

/**
 * A value inside an expression: integers are bigint within int64; times (ms since 1970) and lengths of time (ms) are
 * numbers, told apart by static type; lists and maps come from payloads of a free form.
 */
export type Value = bigint | number | string | boolean | null | readonly Value[] | ReadonlyMap<string, Value>;

/** Why an expression has no value: becomes the reason `requirement-error`. */
export class ExpressionFault extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ExpressionFault';
  }
}

export const INT_MIN = -(2n ** 63n);
export const INT_MAX = 2n ** 63n - 1n;

/** Times run from year 1 to year 9999, as in CEL. */
const TIME_MIN = -62_135_596_800_000;
const TIME_MAX = 253_402_300_799_999;
/** 2^63 nanoseconds, about 292 years, as in CEL for Go and ECMAScript. */
const SPAN_MAX = 9_223_372_036_854;

export function int(value: bigint): bigint {
  if (value >= INT_MIN && value <= INT_MAX) return value;
  throw new ExpressionFault('integer overflow');
}

export function time(ms: number): number {
  if (ms >= TIME_MIN && ms <= TIME_MAX) return ms;
  throw new ExpressionFault('time beyond year 1 to 9999');
}

export function span(ms: number): number {
  if (ms >= -SPAN_MAX && ms <= SPAN_MAX) return ms;
  throw new ExpressionFault('length of time beyond 292 years');
}

/** A JSON number as an integer. */
export function toInt(value: unknown): bigint {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  if (typeof value === 'bigint') return int(value);
  throw new ExpressionFault(`${JSON.stringify(value)} is not an integer`);
}

/** Any JSON value; integers become bigint, there are no floats. */
export function toValue(value: unknown): Value {
  switch (typeof value) {
    case 'number':
      return toInt(value);
    case 'string':
    case 'boolean':
      return value;
    case 'object':
      if (value === null) return null;
      if (Array.isArray(value)) return value.map(toValue);
      return new Map(Object.entries(value).map(([key, inner]) => [key, toValue(inner)]));
    default:
      throw new ExpressionFault('not a JSON value');
  }
}

/** A value as JSON, for people: times as RFC 3339. */
export function showValue(value: Value | undefined, isTime: boolean): Json {
  switch (typeof value) {
    case 'undefined':
      return null;
    case 'bigint':
      return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
    case 'number':
      return isTime ? formatTime(value) : value;
    case 'string':
    case 'boolean':
      return value;
    case 'object':
      if (value === null) return null;
      if (value instanceof Map) {
        return Object.fromEntries(
          [...(value as ReadonlyMap<string, Value>)].map(([key, inner]) => [key, showValue(inner, false)]),
        );
      }
      return (value as readonly Value[]).map((inner) => showValue(inner, false));
    default:
      return null;
  }
}

export function equal(left: Value, right: Value): boolean {
  if (left === right) return true;
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((value, i) => equal(value as Value, right[i] as Value));
  }
  if (left instanceof Map && right instanceof Map) {
    return (
      left.size === right.size &&
      [...left].every(([key, value]) => right.has(key) && equal(value as Value, right.get(key) as Value))
    );
  }
  return false;
}

/** Negative, zero or positive; texts by code points. */
export function compare(left: Value, right: Value): number {
  if (typeof left === 'string' && typeof right === 'string') return compareTexts(left, right);
  if (
    typeof left === typeof right &&
    (typeof left === 'bigint' || typeof left === 'number' || typeof left === 'boolean')
  ) {
    return left === right ? 0 : left < right! ? -1 : 1;
  }
  throw new ExpressionFault('values of different types cannot be compared');
}

function compareTexts(left: string, right: string): number {
  if (left === right) return 0;
  const length = Math.min(left.length, right.length);
  let at = 0;
  while (at < length && left.charCodeAt(at) === right.charCodeAt(at)) at++;
  if (at === length) return left.length - right.length;
  const [a, b] = [left.charCodeAt(at), right.charCodeAt(at)];
  // Surrogates stand for code points above all others.
  const surrogates = [a, b].map((unit) => unit >= 0xd800 && unit <= 0xdfff);
  if (surrogates[0] === surrogates[1]) return a - b;
  return surrogates[0] ? 1 : -1;
}
