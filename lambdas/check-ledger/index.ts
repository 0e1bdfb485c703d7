import { readEnvironment } from '../../aws/environment.ts';
import { createLedgerStore } from '../../tables/ledger/ledger.ts';
import { openStore } from '../edge/open-store.ts';
import { edge } from '../edge/runtime.ts';
import { checkLedger } from './function.ts';
import { createHandler } from './handler.ts';

const settings = readEnvironment(checkLedger);
const ledger = createLedgerStore(openStore(settings.PURSER_TABLE_PREFIX), {
  retentionDays: settings.PURSER_RETENTION_DAYS,
});

export const handler = createHandler({
  ...edge,
  ledger,
  retentionDays: settings.PURSER_RETENTION_DAYS,
});
