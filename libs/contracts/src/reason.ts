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
