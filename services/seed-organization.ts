import { hashApiKey } from '../contracts/server/api-key-text.ts';
import type { Role } from '../domain/access/caller.ts';
import { type ManagedKey, managesKeys } from '../domain/access/key.ts';
import type { ApiKeyStore } from '../tables/api-keys.ts';

/** The three systems that report out of the box. Add a line to support another. */
export const SYSTEMS = ['automatrix', 'relaycore', 'neuroweaver'] as const;

export type NamedKey = {
  keyId: string;
  key: string;
  role: Role;
  systems?: string[];
  backDateHours?: number;
  requestsPerSecond?: number;
};

/**
 * Stores an organization's API keys: one admin key, and one caller key per system. A revoked key
 * stays revoked. A key whose text changed loses the old text.
 * @throws Error if someone else changes the keys at the same time
 */
export async function seedOrganization(
  keys: Pick<ApiKeyStore, 'replacement' | 'admins' | 'transact'>,
  organizationId: string,
  named: NamedKey[],
  nowMs: number,
): Promise<void> {
  for (const { key: text, ...facts } of named) {
    const hash = hashApiKey(text);
    const seeded: ManagedKey = {
      ...facts,
      organizationId,
      name: facts.keyId,
      createdAtMs: nowMs,
      createdBy: 'start',
      secrets: [{ hash, createdAtMs: nowMs }],
    };
    const isKept = (was: ManagedKey): boolean =>
      was.revokedAtMs !== undefined || was.secrets.some((secret) => secret.hash === hash);
    const { before, writes } = await keys.replacement(organizationId, facts.keyId, (was) =>
      was && isKept(was) ? was : seeded,
    );
    if (before && isKept(before)) continue;
    if (managesKeys(seeded)) {
      const { write } = await keys.admins(organizationId, (admins) => [
        ...admins.filter(({ keyId }) => keyId !== seeded.keyId),
        { keyId: seeded.keyId },
      ]);
      writes.push(write);
    }
    const result = await keys.transact(writes);
    if (!result.ok) throw new Error(`key ${facts.keyId} is being changed by somebody else`);
  }
}
