import type { Json } from '@tutti/kernel';

/** One finding inside a problem. */
export interface ProblemError {
  code: string;
  /** JSON pointer into the decision's data, or into the request's body. */
  pointer?: string;
  message: string;
  rule?: string;
  actual?: Json;
  values?: Record<string, Json>;
  /** Other members a code adds, such as line and column of a model's error. */
  [extension: string]: Json | undefined;
}

/** Every answer that is not a yes: RFC 9457, `application/problem+json`. */
export interface Problem {
  /** `urn:tutti:error:CODE` */
  type: string;
  /** Literal, never changes; `tutti help CODE`. */
  code: string;
  title: string;
  status: number;
  detail: string;
  /** Path of the decision, or of the request. */
  instance?: string;
  /** True where this stands for a recorded verdict; false where nothing was recorded. */
  recorded: boolean;
  /** The same request may succeed later, unchanged. */
  retryable: boolean;
  /** How to mend it. */
  mend?: string;
  errors?: ProblemError[];
  [extension: string]: unknown;
}

export const PROBLEM_JSON = 'application/problem+json';
