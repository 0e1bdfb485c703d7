import { readEnvironment } from '../../aws/environment.ts';
import { createWalletStore } from '../../tables/ledger/wallets.ts';
import { createLedgerStore } from '../../tables/ledger/ledger.ts';
import { createIdempotencyKeyStore } from '../../tables/idempotency-keys.ts';
import { openStore } from '../edge/open-store.ts';
import { edge } from '../edge/runtime.ts';
import { voidReservation as voidReservationFunction } from './function.ts';
import { createHandler } from './handler.ts';

const settings = readEnvironment(voidReservationFunction);
const db = openStore(settings.PURSER_TABLE_PREFIX);
const retention = { retentionDays: settings.PURSER_RETENTION_DAYS };

export const handler = createHandler({
  ...edge,
  sentKeys: createIdempotencyKeyStore(db),
  ledger: createLedgerStore(db, retention),
  wallets: createWalletStore(db, retention),
});
