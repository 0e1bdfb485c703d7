import { createHash } from 'node:crypto';
import type { Telemetry } from '../../contracts/telemetry.ts';
import { createStandingsReader } from '../../services/budgets/budget-standings.ts';
import type { ChargeDeps } from '../../services/reservations/charge-usage.ts';
import type { CorrectDeps } from '../../services/reservations/correct-cost.ts';
import { createBudgetManager } from '../../services/budgets/manage-budgets.ts';
import { createFlags } from '../../services/flags.ts';
import { createModelCatalog } from '../../services/catalog/model-catalog.ts';
import { createPredictorState } from '../../services/prediction/predictor-state.ts';
import { createPriceModel } from '../../services/reservations/price-model.ts';
import type { ReserveDeps } from '../../services/reservations/reservation-outcome.ts';
import type { SettleDeps } from '../../services/reservations/settle-reservation.ts';
import { createAuditLog } from '../../tables/audit-log/audit-log.ts';
import type { DynamoDb } from '../../tables/dynamodb.ts';
import { createFeatureFlagStore } from '../../tables/feature-flags.ts';
import { createBudgetStore } from '../../tables/ledger/budgets.ts';
import { createLedgerStore } from '../../tables/ledger/ledger.ts';
import { createConductStore } from '../../tables/ledger/conduct.ts';
import { silentAlerts } from '../support/silent-alerts.ts';
import { createWalletStore } from '../../tables/ledger/wallets.ts';
import { createModelStore } from '../../tables/models.ts';
import { createPredictorArtifactStore } from '../../tables/predictor-artifacts/predictor-artifacts.ts';
import { createRateCardStore } from '../../tables/rate-cards.ts';
import { withoutControls } from '../support/without-controls.ts';

export const HOLD_MS = 900_000;

const SILENT: Telemetry = { info() {}, warn() {}, error() {}, metric() {} };

export type Process = ReturnType<typeof createProcess>;

/** The real services with a memory of their own; ids follow from the process and their order. */
export function createProcess(db: DynamoDb, now: () => number, name: string) {
  const ledger = createLedgerStore(db, { retentionDays: 400 });
  const wallets = createWalletStore(db, { retentionDays: 400 });
  const budgets = createBudgetStore(db);
  const audit = createAuditLog(db);
  let ids = 0;
  const deps: ReserveDeps & CorrectDeps & ChargeDeps & SettleDeps = {
    ledger,
    wallets,
    audit,
    ...withoutControls,
    standings: createStandingsReader(budgets, now, async () => {}),
    predictors: createPredictorState({ artifacts: createPredictorArtifactStore(db), now }),
    catalogs: createModelCatalog({ models: createModelStore(db), now }),
    flags: createFlags({ flags: createFeatureFlagStore(db), now }),
    priceModel: createPriceModel(createRateCardStore(db)),
    telemetry: SILENT,
    conduct: createConductStore(db),
    alerts: silentAlerts(),
    holdMs: HOLD_MS,
    randomBytes: (size) =>
      createHash('sha256')
        .update(`${name} ${(ids += 1)}`)
        .digest()
        .subarray(0, size),
    pause: async () => {},
  };
  return { deps, budgets: createBudgetManager({ ...deps, budgets, audit }) };
}
