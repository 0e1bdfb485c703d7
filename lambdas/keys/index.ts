import { randomBytes } from 'node:crypto';
import { readEnvironment } from '../../aws/environment.ts';
import { createKeyManager } from '../../services/access/manage-keys.ts';
import { createApiKeyStore } from '../../tables/api-keys.ts';
import { createAuditLog } from '../../tables/audit-log/audit-log.ts';
import { createIdempotencyKeyStore } from '../../tables/idempotency-keys.ts';
import { openStore } from '../edge/open-store.ts';
import { edge } from '../edge/runtime.ts';
import { keys as keysFunction } from './function.ts';
import { createHandler } from './handler.ts';

const settings = readEnvironment(keysFunction);
const db = openStore(settings.PURSER_TABLE_PREFIX);

export const handler = createHandler({
  ...edge,
  sentKeys: createIdempotencyKeyStore(db),
  authorizerCacheSeconds: settings.PURSER_AUTHORIZER_CACHE_SECONDS,
  manager: createKeyManager({
    keys: createApiKeyStore(db),
    audit: createAuditLog(db, edge.telemetry),
    environment: settings.PURSER_ENVIRONMENT,
    randomBytes,
  }),
});
