import type { Input } from '../event.js';
import { reason, type Reason } from '../reason.js';
import type { Regime } from '../regime.js';
import { claimedKid, verifySignature } from '../signature/signature.js';

const ADMITTED: readonly Reason[] = Object.freeze([]);

/**
 * The first steps of judging, before anything about the subject matters: bytes, envelope, authentication, routing.
 * Empty: admitted; the id may be looked up. Costly where a signature is checked, so hand the result on to `judge`.
 * Never throws: a fault of ours is `internal-fault`, as in judging.
 */
export function admit(input: Input, regime: Regime): readonly Reason[] {
  const { event } = input;
  if (!event.readable) return event.reasons;
  let doubt: Reason | undefined;
  try {
    doubt = authenticate(input, regime);
  } catch (error) {
    doubt = reason('internal-fault', `judging failed: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (doubt !== undefined) return [doubt];
  if (input.misrouted !== undefined) return [reason('misrouted', input.misrouted, { pointer: '/subject' })];
  return ADMITTED;
}

function authenticate({ event, authentication }: Input, regime: Regime): Reason | undefined {
  if (!event.readable) return undefined;
  const { participant, signature } = event.attributes;
  if (authentication.how === 'token' && authentication.participant !== participant) {
    return unauthenticated(
      '/source',
      `the token belongs to ${authentication.participant}, who cannot decide as ${participant}`,
    );
  }
  const registered = regime.participants.get(participant);
  if (registered !== undefined && hasKeys(registered.keys)) {
    if (signature === undefined) {
      return unauthenticated('/signature', `${participant} has registered a key, and every decision must be signed`);
    }
    const check = verifySignature(event.event, registered.keys);
    return check.valid ? undefined : unauthenticated('/signature', check.why);
  }
  if (regime.trust === 'network') return undefined;
  if (registered === undefined) return unauthenticated('/source', `${participant} is not a registered participant`);
  if (authentication.how === 'token') return undefined;
  return unauthenticated('/source', `nothing proves that this comes from ${participant}: sign it, or send its token`);
}

function hasKeys(keys: Readonly<Record<string, string>>): boolean {
  for (const _ in keys) return true;
  return false;
}

function unauthenticated(pointer: string, detail: string): Reason {
  return reason('unauthenticated', detail, { pointer });
}

/** How the source of an admitted event was proven, as the verdict says it. */
export function proofOf({ event, authentication }: Input, regime: Regime): string {
  const { participant, signature } = event.attributes;
  const registered = participant === undefined ? undefined : regime.participants.get(participant);
  if (signature !== undefined && registered !== undefined && hasKeys(registered.keys)) {
    return `signature ${claimedKid(signature) ?? ''}`;
  }
  return authentication.how === 'token' ? 'token' : 'network';
}
