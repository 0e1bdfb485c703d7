import { createHash } from 'node:crypto';
import type { DynamoDb } from './dynamodb.ts';
import { ledgerTable } from './ledger/table.ts';
import { secondsAfter } from './time-to-live.ts';

const KEPT_DAYS = 30;

export type KeyUse = {
  organizationId: string;
  /** The credential that sent it. Other credentials can use the same key independently. */
  actor: string;
  /** The route and path it was sent to. It can be used independently elsewhere. */
  target: string;
  key: string;
  /** Digest of the body that was sent with it. */
  digest: string;
  atMs: number;
};

export type IdempotencyKeyStore = ReturnType<typeof createIdempotencyKeyStore>;

/**
 * Remembers which body an `Idempotency-Key` was first sent with, in the ledger's table. The guarded
 * operations are idempotent already, so no response is stored.
 */
export function createIdempotencyKeyStore(db: DynamoDb) {
  return {
    /** @returns false if the key was used before with another body */
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
          ttl: secondsAfter(atMs, KEPT_DAYS),
        },
        condition: 'attribute_not_exists(pk) OR dig = :digest',
        values: { ':digest': digest },
      });
      return result.ok;
    },
  };
}
