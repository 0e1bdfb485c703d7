import { readEnvironment } from '../../aws/environment.ts';
import { createRecommendationManager } from '../../services/advice/manage-recommendations.ts';
import { createAuditLog } from '../../tables/audit-log/audit-log.ts';
import { createIdempotencyKeyStore } from '../../tables/idempotency-keys.ts';
import { adviceDeps } from '../edge/advice-deps.ts';
import { openStore } from '../edge/open-store.ts';
import { edge } from '../edge/runtime.ts';
import { recommendations as recommendationsFunction } from './function.ts';
import { createHandler } from './handler.ts';

const settings = readEnvironment(recommendationsFunction);
const db = openStore(settings.PURSER_TABLE_PREFIX);

export const handler = createHandler({
  ...edge,
  sentKeys: createIdempotencyKeyStore(db),
  manager: createRecommendationManager({
    ...adviceDeps(db, settings),
    audit: createAuditLog(db, edge.telemetry),
  }),
});
