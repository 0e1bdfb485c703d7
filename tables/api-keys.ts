import { createHash } from 'node:crypto';
import type { CallerLimits, Role } from '../domain/access/caller.ts';
import type { Severity } from '../domain/severity.ts';
import { defineTable } from './definition.ts';
import type { DynamoDb, Item } from './dynamodb.ts';

/**
 * API keys of services and tools. Access patterns: the key that a caller presents, by the SHA-256 of
 * the whole key (256 random bits, so a plain hash suffices; the key itself is never stored).
 */
export const apiKeysTable = defineTable({
  name: 'api-keys',
  partitionKey: { name: 'keyHash', type: 'S' },
});

export type ApiKey = CallerLimits & {
  keyId: string;
  organizationId: string;
  role: Role;
  createdAtMs: number;
  revokedAtMs?: number | undefined;
};

/** SHA-256 of a whole API key, in hex: what is stored and looked up. */
export const hashApiKey = (key: string): string => createHash('sha256').update(key).digest('hex');

export type ApiKeyStore = ReturnType<typeof createApiKeyStore>;

export function createApiKeyStore(db: DynamoDb) {
  return {
    /** The key that a caller presented, or `undefined` when it is unknown or revoked. */
    async find(presentedKey: string): Promise<ApiKey | undefined> {
      const item = await db.get({
        table: apiKeysTable.name,
        key: { keyHash: hashApiKey(presentedKey) },
      });
      const key = item && parse(item);
      return key?.revokedAtMs === undefined ? key : undefined;
    },

    /** Stores a key under the hash of its text; storing it again changes its facts. */
    async put(presentedKey: string, key: ApiKey): Promise<void> {
      await db.write({
        kind: 'put',
        table: apiKeysTable.name,
        item: itemOf(presentedKey, key),
      });
    },
  };
}

const itemOf = (presentedKey: string, { users, departments, systems, ...key }: ApiKey): Item => ({
  keyHash: hashApiKey(presentedKey),
  ...key,
  users: users && [...users],
  departments: departments && [...departments],
  systems: systems && [...systems],
});

function parse(item: Item): ApiKey {
  return {
    keyId: String(item['keyId']),
    organizationId: String(item['organizationId']),
    role: item['role'] as Role,
    systems: item['systems'] as string[] | undefined,
    users: item['users'] as string[] | undefined,
    departments: item['departments'] as string[] | undefined,
    mayStateCost: item['mayStateCost'] as boolean | undefined,
    backDateHours: item['backDateHours'] === undefined ? undefined : Number(item['backDateHours']),
    severityCeiling: item['severityCeiling'] as Severity | undefined,
    createdAtMs: Number(item['createdAtMs']),
    revokedAtMs: item['revokedAtMs'] === undefined ? undefined : Number(item['revokedAtMs']),
  };
}
