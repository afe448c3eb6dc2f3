/** What an import asks of the registry of participants. */
export interface Registry {
  participants(): Promise<readonly { id: string; roles: readonly string[] }[]>;
  /** Adds them, or gives roles to those that are there; resolves when all are in force. */
  register(changes: readonly RegistryChange[]): Promise<void>;
}

export interface RegistryChange {
  participant: string;
  /** All its roles from then on. */
  roles: string[];
  isNew: boolean;
}

/**
 * Registers participants with their roles: those that are there with all of them stay as they are, others keep what
 * they have besides.
 *
 * @returns who was registered or given roles, and who was there
 */
export async function registerRoles(
  registry: Registry,
  roles: Readonly<Record<string, readonly string[]>>,
): Promise<{ registered: string[]; present: string[] }> {
  const wanted = Object.entries(roles);
  if (wanted.length === 0) return { registered: [], present: [] };
  const known = new Map((await registry.participants()).map(({ id, roles: held }) => [id, held]));
  const changes: RegistryChange[] = [];
  const present: string[] = [];
  for (const [participant, needed] of wanted) {
    const held = known.get(participant);
    if (held !== undefined && needed.every((role) => held.includes(role))) present.push(participant);
    else changes.push({ participant, roles: [...new Set([...(held ?? []), ...needed])], isNew: held === undefined });
  }
  if (changes.length > 0) await registry.register(changes);
  return { registered: changes.map(({ participant }) => participant), present };
}
