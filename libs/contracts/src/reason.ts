import type { Json } from '@tutti/kernel';

/** Codes of recorded reasons; literal, never changed. Each has a page in docs/reference/codes. */
export type ReasonCode =
  | 'unreadable'
  | 'too-large'
  | 'envelope-invalid'
  | 'unauthenticated'
  | 'misrouted'
  | 'id-conflict'
  | 'too-old'
  | 'time-ahead'
  | 'unknown-type'
  | 'unknown-version'
  | 'schema-invalid'
  | 'not-allowed'
  | 'unknown-party'
  | 'conflict'
  | 'too-early'
  | 'undeclared'
  | 'requirement-failed'
  | 'requirement-error'
  | 'quarantined'
  | 'internal-fault';

/** Why a decision was refused, or would have been. Hashes cover `code` and `pointer`, never `detail`. */
export interface Reason {
  code: ReasonCode;
  /** JSON pointer: into `data` for schema-invalid and unknown-party, else `/ATTRIBUTE` of the envelope. */
  pointer?: string;
  /** `order.place/honestPromise` for requirements. */
  rule?: string;
  /** The same id may be sent again later: the id is not used up. */
  retryable: boolean;
  /** A sentence for people; may change between versions. */
  detail: string;
  /** What the rule saw, or the value that did not fit. */
  values?: Record<string, Json>;
  actual?: Json;
}

const DETAIL_LENGTH_MAX = 400;
const ACTUAL_LENGTH_MAX = 256;

/** A reason that stays small: long details are cut, values too big to show are left out. */
export function reason(
  code: ReasonCode,
  detail: string,
  more: { pointer?: string; rule?: string; values?: Record<string, Json>; actual?: Json } = {},
): Reason {
  const made: Reason = { code, retryable: isRetryable(code), detail: shortened(detail) };
  if (more.pointer !== undefined) made.pointer = more.pointer;
  if (more.rule !== undefined) made.rule = more.rule;
  if (more.values !== undefined) {
    made.values = Object.fromEntries(Object.entries(more.values).map(([path, value]) => [path, shown(value)]));
  }
  if (more.actual !== undefined && isSmall(more.actual)) made.actual = more.actual;
  return made;
}

/** Whether the same decision, same id, may be accepted later without a change to it. */
export function isRetryable(code: ReasonCode): boolean {
  return code === 'too-early' || code === 'time-ahead';
}

const BEFORE_THE_ID_COUNTS: ReadonlySet<ReasonCode> = new Set([
  'unreadable',
  'too-large',
  'envelope-invalid',
  'unauthenticated',
  'misrouted',
  'id-conflict',
  'too-old',
  'time-ahead',
]);

/** Whether a verdict uses its decision's id up: it got past the duplicate step, and no reason is retryable. */
export function usesIdUp(accepted: boolean, reasons: readonly Reason[] | undefined): boolean {
  if (accepted || reasons === undefined) return accepted;
  for (const { code, retryable } of reasons) if (retryable || BEFORE_THE_ID_COUNTS.has(code)) return false;
  return true;
}

function shortened(text: string): string {
  return text.length <= DETAIL_LENGTH_MAX ? text : `${text.slice(0, DETAIL_LENGTH_MAX - 1).toWellFormed()}…`;
}

function isSmall(value: Json): boolean {
  return typeof value === 'string'
    ? value.length <= ACTUAL_LENGTH_MAX
    : typeof value !== 'object' || JSON.stringify(value).length <= ACTUAL_LENGTH_MAX;
}

function shown(value: Json): Json {
  return isSmall(value) ? value : '(too long to show)';
}
