import { createQueue } from '../../aws/queue.ts';
import type { Alert } from '../../domain/alerts/alert.ts';
import { readEnvironment } from '../../aws/environment.ts';
import { createAuditLog } from '../../tables/audit-log/audit-log.ts';
import { createControlStore } from '../../tables/auto-control-config.ts';
import { createControlActionStore } from '../../tables/control-actions.ts';
import { createIdempotencyKeyStore } from '../../tables/idempotency-keys.ts';
import { openStore } from '../edge/open-store.ts';
import { edge } from '../edge/runtime.ts';
import { controls as controlsFunction } from './function.ts';
import { createHandler } from './handler.ts';

const settings = readEnvironment(controlsFunction);
const db = openStore(settings.PURSER_TABLE_PREFIX);

export const handler = createHandler({
  ...edge,
  sentKeys: createIdempotencyKeyStore(db),
  controls: createControlStore(db),
  actions: createControlActionStore(db),
  audit: createAuditLog(db, edge.telemetry),
  alerts: createQueue<Alert>(settings.PURSER_ALERT_QUEUE_URL),
});
