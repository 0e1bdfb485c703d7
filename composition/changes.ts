import { createAuditLog } from '../tables/audit-log/audit-log.ts';
import type { DynamoDb } from '../tables/dynamodb.ts';
import { createIdempotencyKeyStore } from '../tables/idempotency-keys.ts';
import type { World } from './world.ts';

/**
 * Dependencies of every route that changes something: remembered idempotency keys and the audit
 * log.
 */
export const changeServices = (db: DynamoDb, { telemetry }: Pick<World, 'telemetry'>) => ({
  sentKeys: createIdempotencyKeyStore(db),
  audit: createAuditLog(db, telemetry),
});
