import { readEnvironment } from '../../aws/environment.ts';
import { createAuditLog } from '../../tables/audit-log/audit-log.ts';
import { createIdempotencyKeyStore } from '../../tables/idempotency-keys.ts';
import { createLedgerStore } from '../../tables/ledger/ledger.ts';
import { openStore } from '../edge/open-store.ts';
import { edge } from '../edge/runtime.ts';
import { correctCost } from './function.ts';
import { createHandler } from './handler.ts';

const settings = readEnvironment(correctCost);
const db = openStore(settings.PURSER_TABLE_PREFIX);

export const handler = createHandler({
  ...edge,
  sentKeys: createIdempotencyKeyStore(db),
  ledger: createLedgerStore(db, { retentionDays: settings.PURSER_RETENTION_DAYS }),
  audit: createAuditLog(db, edge.telemetry),
});
