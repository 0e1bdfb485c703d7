import type { Role } from '../domain/access/caller.ts';
import type { ApiKeyStore } from '../tables/api-keys.ts';

/** The three systems that report out of the box; a fourth is one more row. */
export const SYSTEMS = ['automatrix', 'relaycore', 'neuroweaver'] as const;

export type NamedKey = { keyId: string; key: string; role: Role; systems?: string[] };

/** Stores an organization's API keys: one of an admin, and one of a caller for each system. */
export async function seedOrganization(
  keys: ApiKeyStore,
  organizationId: string,
  named: NamedKey[],
  nowMs: number,
): Promise<void> {
  await Promise.all(
    named.map(({ key, keyId, role, systems }) =>
      keys.put(key, { keyId, organizationId, role, systems, createdAtMs: nowMs }),
    ),
  );
}
