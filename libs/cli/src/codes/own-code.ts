/** What there is to know about a code that no verdict and no checker of models has. */
export interface OwnCode {
  title: string;
  /** Where it occurs. */
  occurs: string;
  meaning: string;
  mend: string;
}

/** Makes pages of codes that occur in one place: title, meaning, mend. */
export function pages(
  occurs: string,
  codes: Readonly<Record<string, readonly [string, string, string]>>,
): Record<string, OwnCode> {
  return Object.fromEntries(
    Object.entries(codes).map(([code, [title, meaning, mend]]) => [code, { title, occurs, meaning, mend }]),
  );
}
