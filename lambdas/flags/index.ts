import { readEnvironment } from '../../aws/environment.ts';
import { createFlagManager } from '../../services/manage-flags.ts';
import { createAuditLog } from '../../tables/audit-log/audit-log.ts';
import { createFeatureFlagStore } from '../../tables/feature-flags.ts';
import { createIdempotencyKeyStore } from '../../tables/idempotency-keys.ts';
import { openStore } from '../edge/open-store.ts';
import { edge } from '../edge/runtime.ts';
import { flags as flagsFunction } from './function.ts';
import { createHandler } from './handler.ts';

const db = openStore(readEnvironment(flagsFunction).PURSER_TABLE_PREFIX);

export const handler = createHandler({
  ...edge,
  sentKeys: createIdempotencyKeyStore(db),
  manager: createFlagManager({
    flags: createFeatureFlagStore(db),
    audit: createAuditLog(db, edge.telemetry),
  }),
});
