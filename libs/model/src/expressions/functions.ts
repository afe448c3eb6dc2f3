import { readTime } from '../payload/read-time.js';
import { ExpressionFault, INT_MAX, int, span, time, type Value } from './value.js';

/** What a rate without a denominator is: 0 in scores, no evidence in conditions of loops, an error elsewhere. */
export type EmptyRate = 'zero' | 'no-evidence' | 'error';

/** Thrown by a rate without a denominator where that means: the condition does not hold. */
export class NoEvidence extends ExpressionFault {
  constructor() {
    super('a rate without a denominator is no evidence');
  }
}

type Run = (...values: never[]) => Value;

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const WHOLE = 10_000n;
export const TIME = 'google.protobuf.Timestamp';
export const SPAN = 'google.protobuf.Duration';

/** Functions of our own: signature for the type checker → what it does. Amounts and shares are integers. */
export function ownFunctions(emptyRate: EmptyRate): Record<string, Run> {
  return {
    'share(int, int): int': (amount: bigint, share: bigint) => int(floorDivide(amount * share, WHOLE)),
    'rate(int, int): int': (part: bigint, whole: bigint) => {
      if (whole !== 0n) return int(floorDivide(part * WHOLE, whole));
      if (emptyRate === 'zero') return 0n;
      throw emptyRate === 'no-evidence' ? new NoEvidence() : new ExpressionFault('a rate without a denominator');
    },
    'percent(int): int': (share: bigint) => int(share * 100n),
    [`days(int): ${SPAN}`]: (count: bigint) => span(small(count) * DAY_MS),
    [`hours(int): ${SPAN}`]: (count: bigint) => span(small(count) * HOUR_MS),
    'min(int, int): int': least,
    'min(int, int, int): int': least,
    'min(int, int, int, int): int': least,
    'max(int, int): int': most,
    'max(int, int, int): int': most,
    'max(int, int, int, int): int': most,
    [`min(${TIME}, ${TIME}): ${TIME}`]: least,
    [`max(${TIME}, ${TIME}): ${TIME}`]: most,
  };
}

/** Functions of CEL that models may use; the type checker knows them already. */
export const CEL_FUNCTIONS: Record<string, Run> = {
  size: (value: Value) => {
    if (typeof value === 'string') return BigInt([...value].length);
    if (Array.isArray(value)) return BigInt(value.length);
    if (value instanceof Map) return BigInt(value.size);
    throw new ExpressionFault('size() is of texts and lists');
  },
  timestamp: (value: Value) => {
    const ms = typeof value === 'string' ? readTime(value) : undefined;
    if (ms === undefined) throw new ExpressionFault('timestamp() takes an RFC 3339 time');
    return time(ms);
  },
};

/** Methods that models may use. */
export const CEL_METHODS: Record<string, Run> = {
  size: CEL_FUNCTIONS['size']!,
  contains: (text: Value, part: Value) => texts(text, part).text.includes(part as string),
  startsWith: (text: Value, part: Value) => texts(text, part).text.startsWith(part as string),
  endsWith: (text: Value, part: Value) => texts(text, part).text.endsWith(part as string),
  getFullYear: (at: Value) => dateOf(at, (date) => date.getUTCFullYear()),
  getMonth: (at: Value) => dateOf(at, (date) => date.getUTCMonth()),
  getDate: (at: Value) => dateOf(at, (date) => date.getUTCDate()),
  getDayOfWeek: (at: Value) => dateOf(at, (date) => date.getUTCDay()),
};

export const MACROS = ['exists', 'all', 'exists_one', 'filter', 'map'];

function floorDivide(left: bigint, right: bigint): bigint {
  const quotient = left / right;
  return left % right !== 0n && left < 0n !== right < 0n ? quotient - 1n : quotient;
}

/** A count small enough for a number; what is beyond is refused as a length of time anyway. */
function small(count: bigint): number {
  return Number(count > INT_MAX ? INT_MAX : count);
}

function least(first: Value, ...more: Value[]): Value {
  return more.reduce((best, value) => (value! < best! ? value : best), first);
}

function most(first: Value, ...more: Value[]): Value {
  return more.reduce((best, value) => (value! > best! ? value : best), first);
}

function texts(text: Value, part: Value): { text: string } {
  if (typeof text === 'string' && typeof part === 'string') return { text };
  throw new ExpressionFault('no text');
}

function dateOf(at: Value, part: (date: Date) => number): bigint {
  if (typeof at !== 'number') throw new ExpressionFault('no time');
  return BigInt(part(new Date(at)));
}
