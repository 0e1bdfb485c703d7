import { readEnvironment } from '../../aws/environment.ts';
import { createLedgerStore } from '../../tables/ledger.ts';
import { openStore } from '../edge/open-store.ts';
import { edge } from '../edge/runtime.ts';
import { sweepReservations as sweepReservationsFunction } from './function.ts';
import { createHandler } from './handler.ts';

const settings = readEnvironment(sweepReservationsFunction);
const ledger = createLedgerStore(openStore(settings.PURSER_TABLE_PREFIX), {
  retentionDays: settings.PURSER_RETENTION_DAYS,
});

export const handler = createHandler({
  ...edge,
  ledger,
  holdMs: settings.PURSER_RESERVATION_HOLD_SECONDS * 1_000,
});
