/** What a request prefers (RFC 7240), as far as this service heeds it. */
export interface Preferences {
  /** How long to wait for the verdict, milliseconds. */
  waitMs?: number;
  /** `return=minimal`: the answer leaves out the decision, which its sender has. */
  minimal: boolean;
}

const NONE: Preferences = { minimal: false };
const WAIT_S_MAX = 120;

/** Reads a `Prefer` header; what is not understood is left aside, as RFC 7240 asks. */
export function preferences(header: string | string[] | undefined): Preferences {
  if (header === undefined) return NONE;
  const text = typeof header === 'string' ? header : header.join(',');
  const wait = /(?:^|[,;\s])wait\s*=\s*"?(\d{1,6})"?/i.exec(text)?.[1];
  const minimal = /(?:^|[,;\s])return\s*=\s*"?minimal"?/i.test(text);
  if (wait === undefined) return { minimal };
  return { minimal, waitMs: Math.min(Number(wait), WAIT_S_MAX) * 1000 };
}

/** What was heeded, for the header `Preference-Applied`; undefined: nothing was asked for. */
export function appliedPreferences({ waitMs, minimal }: Preferences): string | undefined {
  const applied: string[] = [];
  if (waitMs !== undefined) applied.push(`wait=${waitMs / 1000}`);
  if (minimal) applied.push('return=minimal');
  return applied.length === 0 ? undefined : applied.join(', ');
}
