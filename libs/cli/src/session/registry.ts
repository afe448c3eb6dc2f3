import { connectAdmin } from '@tutti/client/admin';
import type { Token } from '@tutti/client';
import { TuttiError } from '@tutti/kernel';
import type { Registry, RegistryChange } from '../import/register-roles.js';

/** The registry of participants of a running backbone, through the operator's API. */
export function registryOf(options: { url?: string; token?: Token; by?: string; because?: string }): Registry {
  const { url, token, by, because = 'import of an event log' } = options;
  const admin = connectAdmin({
    timeoutMs: 30_000,
    ...(url === undefined ? {} : { url }),
    ...(token === undefined ? {} : { token }),
  });
  const why = by === undefined ? { because } : { because, by };
  const apply = async ({ participant, roles, isNew }: RegistryChange): Promise<boolean> => {
    const done = isNew
      ? await admin.addParticipant({ id: participant, roles }, why)
      : await admin.setRoles(participant, roles, why);
    return done.inForce;
  };
  return {
    participants: () => admin.participants(),
    async register(changes) {
      const inForce = await Promise.all(changes.map(apply));
      if (inForce.every(Boolean)) return;
      throw new TuttiError('unavailable', 'the participants are registered, and not in force everywhere yet', {
        mend: 'see `tutti status`, then import again',
        retryable: true,
      });
    },
  };
}
