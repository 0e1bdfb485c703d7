import { readEnvironment } from '../../aws/environment.ts';
import { createWalletStore } from '../../tables/ledger/wallets.ts';
import { createLedgerStore } from '../../tables/ledger/ledger.ts';
import { createSuspenseStore } from '../../tables/suspense-items.ts';
import { openStore } from '../edge/open-store.ts';
import { edge } from '../edge/runtime.ts';
import { sweepReservations as sweepReservationsFunction } from './function.ts';
import { createHandler } from './handler.ts';

const settings = readEnvironment(sweepReservationsFunction);
const db = openStore(settings.PURSER_TABLE_PREFIX);
const retention = { retentionDays: settings.PURSER_RETENTION_DAYS };

export const handler = createHandler({
  ...edge,
  ledger: createLedgerStore(db, retention),
  wallets: createWalletStore(db, retention),
  suspense: createSuspenseStore(db),
  holdMs: settings.PURSER_RESERVATION_HOLD_SECONDS * 1_000,
});
