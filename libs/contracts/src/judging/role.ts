import type { CompiledDecision } from '@tutti/model';
import type { Json } from '@tutti/kernel';
import { isParticipantId } from '../codec/envelope.js';
import { reason, type Reason } from '../reason.js';
import type { Regime } from '../regime.js';

type Parties = Readonly<Record<string, string>>;

/** Roles an unknown source has where the space trusts its network. */
function openRoles(regime: Regime): readonly string[] {
  return regime.trust === 'network' ? (regime.models.get(regime.model)?.compiled.definition.open ?? []) : [];
}

/**
 * The role a participant acts in: of the roles in `by`, the first it holds and that fits as the subject's own party.
 *
 * @param parties the subject's parties before the decision, those the decision binds for the first time added
 */
export function actingRole(
  participant: string,
  decision: CompiledDecision,
  parties: Parties,
  regime: Regime,
): string | Reason {
  const { by, clock } = decision.definition;
  if (clock) return notAllowed(`${decision.type} is decided by the clock alone`);
  const registered = regime.participants.get(participant);
  if (registered?.suspended === true) return notAllowed(`${participant} is suspended`);
  const held = registered === undefined ? openRoles(regime) : registered.roles;
  let another: string | undefined;
  for (const { role, any } of by) {
    if (!held.includes(role)) continue;
    const own = any || !Object.hasOwn(parties, role) ? undefined : parties[role];
    if (own === undefined || own === participant) return role;
    another ??= `its ${role} is ${own}, not ${participant}`;
  }
  const roles = by.map(({ role }) => role).join(' or ');
  const unknown = registered === undefined ? ' (not registered)' : '';
  return notAllowed(another ?? `${participant}${unknown} does not hold the role ${roles}`);
}

/** The first participant named in the data who does not exist or does not hold the role needed; undefined: none. */
export function unknownParty(data: Json, decision: CompiledDecision, regime: Regime): Reason | undefined {
  if (decision.roleProperties.length === 0) return undefined;
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return undefined;
  for (const { property, role } of decision.roleProperties) {
    const named = Object.hasOwn(data, property) ? data[property] : undefined;
    if (typeof named !== 'string') continue;
    const registered = regime.participants.get(named);
    const pointer = `/${property}`;
    if (registered?.suspended === true) {
      return reason('unknown-party', `${named} is suspended`, { pointer, actual: named });
    }
    if (registered?.roles.includes(role) === true) continue;
    if (isParticipantId(named) && openRoles(regime).includes(role)) continue;
    const detail =
      registered === undefined
        ? `${named} is not a registered participant; a ${role} is needed here`
        : `${named} does not hold the role ${role}`;
    return reason('unknown-party', detail, { pointer, actual: named });
  }
  return undefined;
}

function notAllowed(detail: string): Reason {
  return reason('not-allowed', detail, { pointer: '/source' });
}
