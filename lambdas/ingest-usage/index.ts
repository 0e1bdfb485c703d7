import { readEnvironment } from '../../aws/environment.ts';
import { createQueue } from '../../aws/queue.ts';
import type { Alert } from '../../domain/alerts/alert.ts';
import { createConductStore } from '../../tables/ledger/conduct.ts';
import { createStandingsReader } from '../../services/budgets/budget-standings.ts';
import { createBudgetStore } from '../../tables/ledger/budgets.ts';
import { createLedgerStore } from '../../tables/ledger/ledger.ts';
import { createRateCardStore } from '../../tables/rate-cards.ts';
import { createIdempotencyKeyStore } from '../../tables/idempotency-keys.ts';
import { openStore } from '../edge/open-store.ts';
import { edge } from '../edge/runtime.ts';
import { ingestUsage as ingestUsageFunction } from './function.ts';
import { createHandler } from './handler.ts';

const settings = readEnvironment(ingestUsageFunction);
const db = openStore(settings.PURSER_TABLE_PREFIX);

export const handler = createHandler({
  ...edge,
  sentKeys: createIdempotencyKeyStore(db),
  conduct: createConductStore(db),
  alerts: createQueue<Alert>(settings.PURSER_ALERT_QUEUE_URL),
  ledger: createLedgerStore(db, { retentionDays: settings.PURSER_RETENTION_DAYS }),
  standings: createStandingsReader(createBudgetStore(db)),
  rateCards: createRateCardStore(db),
});
