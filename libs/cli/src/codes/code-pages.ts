import { REASON_CODES, TRANSPORT_CODES } from '@tutti/contracts';
import { PROBLEM_CODES } from '@tutti/model';
import { closest } from '../terminal/closest.js';
import { SERVICE_CODES } from './service-codes.js';
import { TOOL_CODES } from './tool-codes.js';

/** One meaning of a code. */
export interface CodeEntry {
  code: string;
  title: string;
  /** Where it occurs, and whether it is recorded. */
  occurs: string;
  /** HTTP status, where it is one. */
  status?: number;
  retryable?: boolean;
  meaning: string;
  mend: string;
}

/** Everything a code means: some are both a verdict's reason and a refusal that is not recorded. */
export function codeEntries(code: string): CodeEntry[] {
  const found: CodeEntry[] = [];
  const recorded = own(REASON_CODES, code);
  if (recorded !== undefined) {
    const { title, status, retryable, meaning, mend } = recorded;
    found.push({ code, title, occurs: "a verdict's reason: recorded", status, retryable, meaning, mend });
  }
  const refused = own(TRANSPORT_CODES, code);
  if (refused !== undefined) {
    const { title, status, retryable, meaning, mend } = refused;
    found.push({ code, title, occurs: 'an answer over HTTP: nothing was recorded', status, retryable, meaning, mend });
  }
  const problem = own(PROBLEM_CODES, code);
  if (problem !== undefined)
    found.push({ code, ...problem, occurs: "a model's text: `tutti model check` shows where" });
  for (const pages of [SERVICE_CODES, TOOL_CODES]) {
    const page = own(pages, code);
    if (page !== undefined) found.push({ code, ...page });
  }
  return found;
}

/** All codes there are, sorted. */
export function allCodes(): string[] {
  const all = [REASON_CODES, TRANSPORT_CODES, PROBLEM_CODES, SERVICE_CODES, TOOL_CODES];
  return [...new Set(all.flatMap((one) => Object.keys(one)))].toSorted();
}

/** The code that was probably meant. */
export function nearestCode(written: string): string | undefined {
  return closest(written, allCodes());
}

function own<T>(codes: Readonly<Record<string, T>>, code: string): T | undefined {
  return Object.hasOwn(codes, code) ? codes[code] : undefined;
}
