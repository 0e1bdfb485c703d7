import { readEnvironment } from '../../aws/environment.ts';
import { createLedgerStore } from '../../tables/ledger.ts';
import { edge, openStore } from '../edge/runtime.ts';
import { createHandler } from './handler.ts';

const settings = readEnvironment([
  'PURSER_TABLE_PREFIX',
  'PURSER_RETENTION_DAYS',
  'PURSER_RESERVATION_HOLD_SECONDS',
]);
const ledger = createLedgerStore(openStore(settings.PURSER_TABLE_PREFIX), {
  retentionDays: settings.PURSER_RETENTION_DAYS,
});

export const handler = createHandler({
  ...edge,
  ledger,
  holdMs: settings.PURSER_RESERVATION_HOLD_SECONDS * 1_000,
});
