import { createHash } from 'node:crypto';
import type { DynamoDb } from './dynamodb.ts';
import { ledgerTable } from './ledger/table.ts';

const KEPT_DAYS = 30;

export type KeyUse = {
  organizationId: string;
  /** The credential that sent it: the same key of another is another key. */
  actor: string;
  /** Route and path that the key was sent to: the same key elsewhere is another key. */
  target: string;
  key: string;
  /** Digest of the body that the key was sent with. */
  digest: string;
  atMs: number;
};

export type IdempotencyKeyStore = ReturnType<typeof createIdempotencyKeyStore>;

/**
 * Remembers, beside the ledger, with which body an `Idempotency-Key` was first sent. What the keys
 * guard is idempotent already, so no answer is stored.
 */
export function createIdempotencyKeyStore(db: DynamoDb) {
  return {
    /** @returns false when the key was used before with another body */
    async claim({ organizationId, actor, target, key, digest, atMs }: KeyUse): Promise<boolean> {
      const hash = createHash('sha256')
        .update(JSON.stringify([actor, target, key]))
        .digest('base64url');
      const result = await db.write({
        kind: 'put',
        table: ledgerTable.name,
        item: {
          pk: `sent#${organizationId}#${hash}`,
          sk: 'key',
          dig: digest,
          ttl: Math.floor(atMs / 1_000) + KEPT_DAYS * 86_400,
        },
        condition: 'attribute_not_exists(pk) OR dig = :digest',
        values: { ':digest': digest },
      });
      return result.ok;
    },
  };
}
