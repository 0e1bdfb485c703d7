import { readEnvironment } from '../../aws/environment.ts';
import { createQueue } from '../../aws/queue.ts';
import type { Alert } from '../../domain/alerts/alert.ts';
import { createConductStore } from '../../tables/ledger/conduct.ts';
import { createPriceModel } from '../../services/reservations/price-model.ts';
import { createWalletStore } from '../../tables/ledger/wallets.ts';
import { createLedgerStore } from '../../tables/ledger/ledger.ts';
import { createRateCardStore } from '../../tables/rate-cards.ts';
import { createIdempotencyKeyStore } from '../../tables/idempotency-keys.ts';
import { openStore } from '../edge/open-store.ts';
import { edge } from '../edge/runtime.ts';
import { settleReservation as settleReservationFunction } from './function.ts';
import { createHandler } from './handler.ts';

const settings = readEnvironment(settleReservationFunction);
const db = openStore(settings.PURSER_TABLE_PREFIX);
const retention = { retentionDays: settings.PURSER_RETENTION_DAYS };

export const handler = createHandler({
  ...edge,
  sentKeys: createIdempotencyKeyStore(db),
  conduct: createConductStore(db),
  alerts: createQueue<Alert>(settings.PURSER_ALERT_QUEUE_URL),
  ledger: createLedgerStore(db, retention),
  wallets: createWalletStore(db, retention),
  priceModel: createPriceModel(createRateCardStore(db)),
});
