import { readEnvironment } from '../../aws/environment.ts';
import { createStandingsReader } from '../../services/budget-standings.ts';
import { createBudgetStore } from '../../tables/ledger-budgets.ts';
import { createLedgerStore } from '../../tables/ledger.ts';
import { createRateCardStore } from '../../tables/rate-cards.ts';
import { edge, openStore } from '../edge/runtime.ts';
import { createHandler } from './handler.ts';

const settings = readEnvironment(['PURSER_TABLE_PREFIX', 'PURSER_RETENTION_DAYS']);
const db = openStore(settings.PURSER_TABLE_PREFIX);

export const handler = createHandler({
  ...edge,
  ledger: createLedgerStore(db, { retentionDays: settings.PURSER_RETENTION_DAYS }),
  standings: createStandingsReader(createBudgetStore(db)),
  rateCards: createRateCardStore(db),
});
