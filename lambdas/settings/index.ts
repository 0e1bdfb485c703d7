import { readEnvironment } from '../../aws/environment.ts';
import { createNamingManager } from '../../services/manage-naming.ts';
import { createAuditLog } from '../../tables/audit-log/audit-log.ts';
import { createOrganizationSettingsStore } from '../../tables/organization-settings.ts';
import { createIdempotencyKeyStore } from '../../tables/idempotency-keys.ts';
import { openStore } from '../edge/open-store.ts';
import { edge } from '../edge/runtime.ts';
import { settings as settingsFunction } from './function.ts';
import { createHandler } from './handler.ts';

const db = openStore(readEnvironment(settingsFunction).PURSER_TABLE_PREFIX);

export const handler = createHandler({
  ...edge,
  sentKeys: createIdempotencyKeyStore(db),
  manager: createNamingManager({
    settings: createOrganizationSettingsStore(db),
    audit: createAuditLog(db, edge.telemetry),
  }),
});
