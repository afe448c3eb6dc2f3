/** What a caller may do. */
export type Scope = 'participant' | 'operator' | 'auditor';

export const SCOPES: readonly Scope[] = ['participant', 'operator', 'auditor'];

/** Who makes a request, as far as it is proven. */
export interface Caller {
  /** The participant the token belongs to; absent where access is open and no token was shown. */
  participant?: string;
  scopes: ReadonlySet<Scope>;
}

/** Where access is open, everybody who shows no token may do everything. */
export const ANYBODY: Caller = { scopes: new Set(SCOPES) };

/** Who an operator's act is recorded under: the token's participant; where access is open, whoever they say they are. */
export function authorOf(caller: Caller, claimed: string | undefined): string {
  return caller.participant ?? claimed ?? 'operator';
}

/** Whether a caller may read everybody's decisions and subjects (SURFACE §4.4). */
export function readsAll(caller: Caller): boolean {
  return caller.scopes.has('operator') || caller.scopes.has('auditor');
}
