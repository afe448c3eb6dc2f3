import type { Authentication, DecisionEvent } from '@tutti/contracts';
import { verifySignature } from '@tutti/contracts';
import { TuttiError } from '@tutti/kernel';
import type { ControlState } from '@tutti/runtime';
import { requireScope } from '../access/access.guard.js';
import type { Caller } from '../access/caller.js';

/**
 * How the source of a decision is proven, before anything is recorded (SURFACE §4.5): the token must belong to
 * `source`; a participant with registered keys must sign as well; where the space does not trust its network, a
 * signature stands in for a token.
 *
 * @param vouches whether those who judge learn from this gateway whose token it saw; if not, a signature is all that
 *   reaches them
 * @throws TuttiError `unauthenticated`, `forbidden`
 */
export function authenticate(
  event: DecisionEvent,
  caller: Caller,
  control: ControlState,
  vouches: boolean,
): Authentication {
  requireScope(caller, 'participant');
  const source = event.attributes.participant;
  if (caller.participant !== undefined && source !== undefined && source !== caller.participant) {
    throw new TuttiError('unauthenticated', `your token belongs to ${caller.participant}, the source is ${source}`, {
      mend: `decide as /participants/${caller.participant}, or use the token of ${source}`,
    });
  }
  // Without a readable envelope nobody acts: the verdict only says what could not be read.
  if (!event.readable) return proven(caller);

  const participant = event.attributes.participant;
  const registered = control.participants.get(participant);
  const keys = registered?.keys ?? {};
  if (Object.keys(keys).length > 0) {
    const check = verifySignature(event.event, keys);
    if (!check.valid) {
      throw new TuttiError('unauthenticated', `${participant} has registered a key: ${check.why}`, {
        mend: 'sign the decision with one of them (attribute `signature`, a detached JWS)',
      });
    }
    return caller.participant === undefined ? { how: 'signature' } : proven(caller);
  }
  if (control.trust === 'signed' && (registered === undefined || caller.participant === undefined)) {
    const why =
      registered === undefined
        ? `nobody is registered as ${participant}`
        : `nothing proves that ${participant} sent this`;
    throw new TuttiError('unauthenticated', why, {
      mend: 'this space trusts nobody on its network: register the participant, then send its token, or sign',
    });
  }
  if (control.trust === 'signed' && !vouches) {
    throw new TuttiError('unauthenticated', `nothing would prove to those who judge that ${participant} sent this`, {
      mend: 'sign the decision; or let the gateway vouch for tokens: TUTTI_GATEWAY_SECRET, the same for all contract processes',
    });
  }
  return proven(caller);
}

function proven(caller: Caller): Authentication {
  return caller.participant === undefined ? { how: 'none' } : { how: 'token', participant: caller.participant };
}
