import { REASON_CODES, SCENARIO_CODES, TRANSPORT_CODES } from '@tutti/contracts';
import { CLASS_CODES, PROBLEM_CODES } from '@tutti/model';
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

interface Meaning {
  title: string;
  meaning: string;
  mend: string;
}

/** Codes of what the checkers of texts find. */
const CHECKED: readonly (readonly [occurs: string, codes: Readonly<Record<string, Meaning>>])[] = [
  ["a model's text: `tutti model check` shows where", PROBLEM_CODES],
  ['a contract written as a class', CLASS_CODES],
  ['a tests file: `tutti model test` shows where', SCENARIO_CODES],
];

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
  for (const [occurs, codes] of CHECKED) {
    const page = own(codes, code);
    if (page !== undefined) found.push({ code, ...page, occurs });
  }
  for (const pages of [SERVICE_CODES, TOOL_CODES]) {
    const page = own(pages, code);
    if (page !== undefined) found.push({ code, ...page });
  }
  return found;
}

/** All codes there are, sorted. */
export function allCodes(): string[] {
  const all = [REASON_CODES, TRANSPORT_CODES, ...CHECKED.map(([, codes]) => codes), SERVICE_CODES, TOOL_CODES];
  return [...new Set(all.flatMap((one) => Object.keys(one)))].toSorted();
}

/** The code that was probably meant. */
export function nearestCode(written: string): string | undefined {
  return closest(written, allCodes());
}

function own<T>(codes: Readonly<Record<string, T>>, code: string): T | undefined {
  return Object.hasOwn(codes, code) ? codes[code] : undefined;
}
