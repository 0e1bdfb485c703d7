import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MAX_BACK_DATE_HOURS } from '../domain/access/caller.ts';
import { type NamedKey, SYSTEMS } from '../services/seed-organization.ts';

/** The organization that owns these keys. It also operates the local run. */
export const LOCAL_ORGANIZATION = 'acme';

/**
 * The API keys of a local run, stored in its data folder, so that they survive a restart.
 * @param adminKey the admin's key, if the caller chooses it
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
          // Imports history, as an operator would allow.
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
