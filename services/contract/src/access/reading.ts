import type { WireVerdict } from '@tutti/contracts';
import { TuttiError } from '@tutti/kernel';
import { type Caller, readsAll } from './caller.js';

/** Id of the participant who sent a decision, as far as the verdict can tell. */
export function senderOf(verdict: WireVerdict): string | undefined {
  const { decision } = verdict;
  if (typeof decision !== 'object' || decision === null || Array.isArray(decision)) return undefined;
  const source = decision['source'];
  return typeof source === 'string' && source.startsWith('/participants/')
    ? source.slice('/participants/'.length)
    : undefined;
}

/** Whether a verdict is about a participant: of a decision they sent, or of a subject they are a party to. */
export function concerns(verdict: WireVerdict, participant: string): boolean {
  if (senderOf(verdict) === participant) return true;
  return verdict.subject !== undefined && Object.values(verdict.subject.parties).includes(participant);
}

/** Whether a caller may read a verdict (SURFACE §4.4). */
export function mayRead(caller: Caller, verdict: WireVerdict): boolean {
  return readsAll(caller) || (caller.participant !== undefined && concerns(verdict, caller.participant));
}

/**
 * Lets a caller read a subject only as one of its parties. To others it looks as if it were not there.
 *
 * @throws TuttiError `not-found`
 */
export function requireParty(caller: Caller, subject: { id: string; parties: Readonly<Record<string, string>> }): void {
  if (readsAll(caller)) return;
  if (caller.participant !== undefined && Object.values(subject.parties).includes(caller.participant)) return;
  throw noSubject(subject.id);
}

export function noSubject(id: string): TuttiError {
  return new TuttiError('not-found', `no subject ${id} that you may read`, {
    mend: 'subjects are read by their parties; operators and auditors read all',
  });
}
