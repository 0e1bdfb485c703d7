import { readEnvironment } from '../../aws/environment.ts';
import { createAuditLog } from '../../tables/audit-log/audit-log.ts';
import { createIdempotencyKeyStore } from '../../tables/idempotency-keys.ts';
import { createConductStore } from '../../tables/ledger/conduct.ts';
import { createDisputeStore } from '../../tables/ledger/disputes.ts';
import { createLedgerStore } from '../../tables/ledger/ledger.ts';
import { openStore } from '../edge/open-store.ts';
import { edge } from '../edge/runtime.ts';
import { disputes as disputesFunction } from './function.ts';
import { createHandler } from './handler.ts';

const settings = readEnvironment(disputesFunction);
const db = openStore(settings.PURSER_TABLE_PREFIX);
const retention = { retentionDays: settings.PURSER_RETENTION_DAYS };

export const handler = createHandler({
  ...edge,
  sentKeys: createIdempotencyKeyStore(db),
  ledger: createLedgerStore(db, retention),
  disputes: createDisputeStore(db),
  conduct: createConductStore(db),
  audit: createAuditLog(db, edge.telemetry),
});
