import { hashApiKey } from '../contracts/server/api-key-text.ts';
import { ROLES } from '../domain/access/caller.ts';
import type { AdminKey, KeyScopes, KeySecret, ManagedKey } from '../domain/access/key.ts';
import { SEVERITIES } from '../domain/severity.ts';
import { flag, list, number, optional, orElse, text, words } from './codec/attributes.ts';
import { fields } from './codec/fields.ts';
import { itemCodec } from './codec/item-codec.ts';
import { defineTable } from './definition.ts';
import type { DynamoDb, Item, PutWrite, TransactionWrite } from './dynamodb.ts';
import { type Replacement, replacementOf } from './replacement.ts';

/**
 * API keys of services and tools. Access patterns: the key that a caller presents, by SHA-256 of
 * its whole text (256 random bits, so a plain hash is enough; the text itself is never stored); a
 * key by id, consistently; an organization's keys in order of id; its admin keys, so that one
 * always remains. Items other than key texts are under `key#…` and `admins#…`, which no hash can
 * equal.
 */
export const apiKeysTable = defineTable({
  name: 'api-keys',
  partitionKey: { name: 'keyHash', type: 'S' },
  indexes: [
    {
      name: 'byOrganization',
      partitionKey: { name: 'keysOf', type: 'S' },
      sortKey: { name: 'keyId', type: 'S' },
      projection: 'ALL',
    },
  ],
});

const facts = {
  keyId: text,
  organizationId: text,
  role: words(ROLES),
  createdAtMs: number,
  expiresAtMs: optional(number),
  lastUsedAtMs: optional(number),
  revokedAtMs: optional(number),
  users: optional(list(text)),
  departments: optional(list(text)),
  systems: optional(list(text)),
  mayStateCost: optional(flag),
  claimLimitUsdPerHour: optional(number),
  backDateHours: optional(number),
  requestsPerSecond: optional(number),
  severityCeiling: optional(words(SEVERITIES)),
};

/** What the authorizer reads for the text that a caller presents. */
export const keyTextCodec = itemCodec(apiKeysTable, 'text of a key', facts);

/** When a text was last used. */
export const keyUseCodec = itemCodec(apiKeysTable, 'use of a text', {
  keyHash: text,
  lastUsedAtMs: optional(number),
});

export const managedKeyCodec = itemCodec(apiKeysTable, 'key', {
  ...facts,
  name: text,
  createdBy: text,
  secrets: orElse(
    list(fields({ hash: text, createdAtMs: number, expiresAtMs: optional(number) })),
    [],
  ),
});

export const adminsCodec = itemCodec(apiKeysTable, 'admin keys', {
  admins: orElse(list(fields({ keyId: text, expiresAtMs: optional(number) })), []),
});

/** What the authorizer knows about a key. */
export type ApiKey = KeyScopes & {
  keyId: string;
  organizationId: string;
  createdAtMs: number;
  lastUsedAtMs?: number | undefined;
  revokedAtMs?: number | undefined;
};

export type KeyPage = { keys: ManagedKey[]; next?: string | undefined };

export type ApiKeyStore = ReturnType<typeof createApiKeyStore>;

export const createApiKeyStore = (db: DynamoDb) => ({
  ...presentedKeys(db),
  ...keyChanges(db),
  ...keyLists(db),
});

/** Keys as callers present them. */
function presentedKeys(db: DynamoDb) {
  const table = apiKeysTable.name;

  return {
    /** The key that a caller presented, or `undefined` if it is unknown or revoked. */
    async find(presentedKey: string): Promise<ApiKey | undefined> {
      const item = await db.get({ table, key: { keyHash: hashApiKey(presentedKey) } });
      const key = item && keyTextCodec.decode(item);
      return key?.revokedAtMs === undefined ? key : undefined;
    },

    /** Records that a key was used, unless that was recorded recently. */
    async noteUse(presentedKey: string, nowMs: number, everyMs: number): Promise<void> {
      await db.write({
        kind: 'update',
        table,
        key: { keyHash: hashApiKey(presentedKey) },
        update: 'SET lastUsedAtMs = :now',
        condition:
          'attribute_exists(keyHash) AND (attribute_not_exists(lastUsedAtMs) OR lastUsedAtMs <= :before)',
        values: { ':now': nowMs, ':before': nowMs - everyMs },
      });
    },

    /**
     * Stores a key under the hash of its text, without management data. Storing it again updates
     * its facts.
     */
    async put(presentedKey: string, key: ApiKey): Promise<void> {
      const keyHash = hashApiKey(presentedKey);
      await db.write({ kind: 'put', table, item: { keyHash, ...keyTextCodec.encode(key) } });
    },
  };
}

/** Changes of keys and admins. */
function keyChanges(db: DynamoDb) {
  const table = apiKeysTable.name;

  return {
    /**
     * A key, and the writes that replace it and its texts unless someone else has changed it since.
     */
    async replacement(
      organizationId: string,
      keyId: string,
      next: (before: ManagedKey | undefined) => ManagedKey,
    ): Promise<{ before: ManagedKey | undefined; after: ManagedKey; writes: TransactionWrite[] }> {
      let change: { before: ManagedKey | undefined; after: ManagedKey } | undefined;
      const key = { keyHash: recordKey(organizationId, keyId) };
      const { write } = await replacementOf(db, table, key, (item) => {
        const before = item && managedKeyCodec.decode(item);
        change = { before, after: next(before) };
        const { after } = change;
        return { keysOf: after.organizationId, ...managedKeyCodec.encode(after) };
      });
      if (!change) throw new Error('nothing was decided');
      return { ...change, writes: [write, ...textWrites(change.before, change.after)] };
    },

    /** An organization's admin keys, and the write that replaces them. */
    async admins(
      organizationId: string,
      next: (before: readonly AdminKey[]) => readonly AdminKey[],
    ): Promise<Replacement<readonly AdminKey[]>> {
      const key = { keyHash: `admins#${organizationId}` };
      const { before, write } = await replacementOf(db, table, key, (item) =>
        adminsCodec.encode({ admins: next(adminsIn(item)) }),
      );
      return { before: adminsIn(before), write };
    },

    /** Applies a change without an audit entry, for the keys that a local run starts with. */
    transact: (writes: TransactionWrite[]) => db.transact(writes),
  };
}

/** Keys as people see them. */
function keyLists(db: DynamoDb) {
  const table = apiKeysTable.name;

  return {
    /** One key by its id. Those that were revoked are kept. */
    async getManaged(organizationId: string, keyId: string): Promise<ManagedKey | undefined> {
      const key = { keyHash: recordKey(organizationId, keyId) };
      const item = await db.get({ table, key, consistent: true });
      return item && managedKeyCodec.decode(item);
    },

    /** An organization's keys in order of id. `after` is the previous page's `next`. */
    async list(
      organizationId: string,
      page: { limit: number; after?: string | undefined },
    ): Promise<KeyPage> {
      const { items, nextKey } = await db.query({
        table,
        index: 'byOrganization',
        condition: 'keysOf = :organization AND keyId > :after',
        values: { ':organization': organizationId, ':after': page.after ?? '!' },
        limit: page.limit,
      });
      const keys = items.map((item) => managedKeyCodec.decode(item));
      return { keys, next: nextKey && keys.at(-1)?.keyId };
    },

    /** When each of these keys was last used, in their order, to the hour. */
    async lastUses(keys: readonly ManagedKey[]): Promise<(number | undefined)[]> {
      const hashes = keys.flatMap(({ secrets }) => secrets.map(({ hash }) => hash));
      const uses = new Map<string, number>();
      for (let from = 0; from < hashes.length; from += KEYS_PER_READ) {
        const batch = hashes.slice(from, from + KEYS_PER_READ);
        const items = await db.batchGet(batch.map((keyHash) => ({ table, key: { keyHash } })));
        for (const item of items) {
          const use = item && keyUseCodec.decode(item);
          if (use?.lastUsedAtMs !== undefined) uses.set(use.keyHash, use.lastUsedAtMs);
        }
      }
      return keys.map(({ secrets }) => {
        const usesOfKey = secrets.flatMap(({ hash }) => uses.get(hash) ?? []);
        return usesOfKey.length > 0 ? Math.max(...usesOfKey) : undefined;
      });
    },
  };
}

const KEYS_PER_READ = 100;

const recordKey = (organizationId: string, keyId: string): string =>
  `key#${organizationId}#${keyId}`;

/** Adds new texts, sets the end of those that stay, and removes the others. */
function textWrites(before: ManagedKey | undefined, after: ManagedKey): TransactionWrite[] {
  const table = apiKeysTable.name;
  const was = new Set(before?.secrets.map(({ hash }) => hash));
  const stays = new Set(after.secrets.map(({ hash }) => hash));
  const gone = [...was].filter((hash) => !stays.has(hash));
  return [
    ...after.secrets.map((secret): TransactionWrite => {
      const ends = [after.expiresAtMs, secret.expiresAtMs].filter((end) => end !== undefined);
      const expiresAtMs = ends.length > 0 ? Math.min(...ends) : undefined;
      if (!was.has(secret.hash)) return additionOfText(after, secret, expiresAtMs);
      return {
        kind: 'update',
        table,
        key: { keyHash: secret.hash },
        update: expiresAtMs === undefined ? 'REMOVE expiresAtMs' : 'SET expiresAtMs = :end',
        condition: 'attribute_exists(keyHash)',
        ...(expiresAtMs === undefined ? {} : { values: { ':end': expiresAtMs } }),
      };
    }),
    ...gone.map((keyHash): TransactionWrite => ({ kind: 'delete', table, key: { keyHash } })),
  ];
}

const additionOfText = (
  key: ManagedKey,
  { hash, createdAtMs }: KeySecret,
  expiresAtMs: number | undefined,
): PutWrite => {
  const item = { keyHash: hash, ...keyTextCodec.encode({ ...key, createdAtMs, expiresAtMs }) };
  return { kind: 'put', table: apiKeysTable.name, item };
};

const adminsIn = (item: Item | undefined): AdminKey[] =>
  item ? adminsCodec.decode(item).admins : [];
