import type { Participant } from '@tutti/contracts';

/** A participant as the registry shows it. */
export interface ParticipantAnswer {
  id: string;
  roles: string[];
  suspended: boolean;
  keys: { kid: string; publicKey: string }[];
}

export function describeParticipant({ id, roles, suspended, keys }: Participant): ParticipantAnswer {
  return {
    id,
    roles: [...roles],
    suspended,
    keys: Object.entries(keys).map(([kid, publicKey]) => ({ kid, publicKey })),
  };
}
