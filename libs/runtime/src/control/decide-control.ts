import { formatTime, TuttiError } from '@tutti/kernel';
import type { ControlRecord } from './control-record.js';
import type { ControlState } from './control-state.js';
import { decidePublication } from './decide-publication.js';
import type { Compile } from './fold-control.js';
import type { OperatorAct } from './operator-act.js';

/** What an operator's act becomes: a record; nothing, where it is so already; or why it is refused. */
export type ControlDecision = ControlRecord | undefined | TuttiError;

const PARTICIPANT = /^[^\s/\p{Cc}]{1,128}$/u;
const HEX_256 = /^[0-9a-f]{64}$/;
const KEY_256 = /^[A-Za-z0-9_-]{43}$/;
const SCOPES = new Set(['participant', 'operator', 'auditor']);

/**
 * Decides an operator's act on control as it is: pure.
 *
 * @returns errors `malformed`, `not-found`, `model-invalid`, `incompatible`
 */
export function decideControl(act: OperatorAct, state: ControlState, atMs: number, compile: Compile): ControlDecision {
  const done = { by: act.by, because: act.because, at: formatTime(atMs) };
  switch (act.act) {
    case 'publish-model':
      return decidePublication(act, state, done.at, compile);
    case 'add-participant': {
      const { participant } = act;
      const there = state.participants.get(participant);
      if (there !== undefined && sameRoles(there.roles, act.roles)) return undefined;
      if (there !== undefined) {
        return malformed(`${participant} is registered with other roles`, 'Set its roles instead.', 'participant');
      }
      const wrong = wrongId(participant) ?? wrongRoles(act.roles, state);
      return wrong ?? { kind: 'ParticipantAdded', participant, roles: unique(act.roles), ...done };
    }
    case 'set-roles': {
      const { participant } = act;
      const there = state.participants.get(participant);
      if (there === undefined) return unregistered(participant);
      if (sameRoles(there.roles, act.roles)) return undefined;
      return wrongRoles(act.roles, state) ?? { kind: 'RolesSet', participant, roles: unique(act.roles), ...done };
    }
    case 'suspend-participant': {
      const { participant, suspended } = act;
      const there = state.participants.get(participant);
      if (there === undefined) return unregistered(participant);
      if (there.suspended === suspended) return undefined;
      return { kind: suspended ? 'ParticipantSuspended' : 'ParticipantResumed', participant, ...done };
    }
    case 'add-key': {
      const { participant, publicKey } = act;
      const there = state.participants.get(participant);
      if (there === undefined) return unregistered(participant);
      if (!KEY_256.test(publicKey) || Buffer.from(publicKey, 'base64url').toString('base64url') !== publicKey) {
        return malformed('a public key is 32 bytes, base64url', 'Make one with `tutti keys new`.', 'publicKey');
      }
      if (Object.values(there.keys).includes(publicKey)) return undefined;
      const kid = `${participant}#${(state.keysEver.get(participant) ?? 0) + 1}`;
      return { kind: 'KeyAdded', participant, kid, publicKey, ...done };
    }
    case 'retire-key': {
      const { participant, kid } = act;
      const there = state.participants.get(participant);
      if (there === undefined) return unregistered(participant);
      if (!Object.hasOwn(there.keys, kid)) {
        return notFound(`${participant} has no key ${kid} in use`, 'Name one of its keys in use.', { kid });
      }
      return { kind: 'KeyRetired', participant, kid, ...done };
    }
    case 'issue-token': {
      const { participant, scopes, tokenHash } = act;
      if (!HEX_256.test(tokenHash)) {
        return malformed('a token is named by its SHA-256, 64 hexadecimal digits', 'Hash the token.', 'tokenHash');
      }
      if (scopes.length === 0 || !scopes.every((scope) => SCOPES.has(scope))) {
        return malformed('scopes are participant, operator, auditor', 'Name at least one of them.', 'scopes');
      }
      if (state.tokens.has(tokenHash)) return undefined;
      return wrongId(participant) ?? { kind: 'TokenIssued', participant, scopes: unique(scopes), tokenHash, ...done };
    }
    case 'revoke-token': {
      const { tokenHash } = act;
      if (!state.tokens.has(tokenHash)) return notFound('there is no such token', 'List the tokens.', { tokenHash });
      return { kind: 'TokenRevoked', tokenHash, ...done };
    }
    default:
      return act satisfies never;
  }
}

function wrongId(participant: string): TuttiError | undefined {
  if (PARTICIPANT.test(participant)) return undefined;
  return malformed(
    'a participant id has 1 to 128 characters, none of them white space, a slash or a control character',
    'Choose another id.',
    'participant',
  );
}

function wrongRoles(roles: readonly string[], state: ControlState): TuttiError | undefined {
  const known = Object.keys(state.models.get(state.model)?.compiled.definition.roles ?? {});
  const wrong = roles.find((role) => !known.includes(role));
  if (wrong === undefined) return undefined;
  return malformed(
    `the model knows no role ${JSON.stringify(wrong)}`,
    known.length === 0 ? 'Publish a model first.' : `Choose from ${known.join(', ')}.`,
    'roles',
  );
}

function unregistered(participant: string): TuttiError {
  return notFound(`there is no participant ${participant}`, 'Add it first.', { participant });
}

function notFound(message: string, mend: string, facts: Record<string, string>): TuttiError {
  return new TuttiError('not-found', message, { mend, facts });
}

function malformed(message: string, mend: string, member: string): TuttiError {
  return new TuttiError('malformed', message, { where: member, mend });
}

function sameRoles(one: readonly string[], other: readonly string[]): boolean {
  return one.length === new Set(other).size && other.every((role) => one.includes(role));
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
