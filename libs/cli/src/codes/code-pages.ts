import { REASON_CODES, TRANSPORT_CODES } from '@tutti/contracts';
import { closest } from '../terminal/closest.js';
import { OWN_CODES } from './own-codes.js';

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
  const page = own(OWN_CODES, code);
  if (page !== undefined) found.push({ code, ...page });
  return found;
}

/** All codes there are, sorted. */
export function allCodes(): string[] {
  return [...new Set([REASON_CODES, TRANSPORT_CODES, OWN_CODES].flatMap((one) => Object.keys(one)))].toSorted();
}

/** The code that was probably meant. */
export function nearestCode(written: string): string | undefined {
  return closest(written, allCodes());
}

function own<T>(pages: Readonly<Record<string, T>>, code: string): T | undefined {
  return Object.hasOwn(pages, code) ? pages[code] : undefined;
}
