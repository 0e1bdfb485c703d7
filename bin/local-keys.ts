import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MAX_BACK_DATE_HOURS } from '../domain/access/caller.ts';
import { type NamedKey, SYSTEMS } from '../services/seed-organization.ts';

/** Whose keys these are; it operates the local run, too. */
export const LOCAL_ORGANIZATION = 'acme';

/**
 * The API keys of a local run: kept in its data folder, so that a restart accepts the same ones.
 * @param adminKey the admin's key, where the caller wants to choose it
 */
export function localKeys(dataDirectory: string, adminKey: string | undefined): NamedKey[] {
  const file = join(dataDirectory, 'api-keys.json');
  const kept = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as NamedKey[])
    : [
        {
          keyId: 'local-admin',
          key: newKey(),
          role: 'admin' as const,
          // Imports history, as an operator would allow it.
          backDateHours: MAX_BACK_DATE_HOURS,
        },
        ...SYSTEMS.map((system) => ({
          keyId: `local-${system}`,
          key: newKey(),
          role: 'caller' as const,
          systems: [system],
        })),
      ];
  const keys = kept.map((named) =>
    named.role === 'admin' && adminKey ? { ...named, key: adminKey } : named,
  );
  writeFileSync(file, JSON.stringify(keys, undefined, 2), { mode: 0o600 });
  return keys;
}

const newKey = (): string => `psr_${randomBytes(32).toString('base64url')}`;
