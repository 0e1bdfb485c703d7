import { createBudgetManager } from '../../services/budgets/manage-budgets.ts';
import { createStandingsReader } from '../../services/budgets/budget-standings.ts';
import { createControlsReader } from '../../services/controls/controls-in-force.ts';
import type { ReserveDeps } from '../../services/reservations/reservation-outcome.ts';
import { createFlags } from '../../services/flags.ts';
import { createModelCatalog } from '../../services/catalog/model-catalog.ts';
import { createPredictorState } from '../../services/prediction/predictor-state.ts';
import { createPriceModel } from '../../services/reservations/price-model.ts';
import { createAuditLog } from '../../tables/audit-log/audit-log.ts';
import { createControlStore } from '../../tables/auto-control-config.ts';
import type { DynamoDb } from '../../tables/dynamodb.ts';
import { createFeatureFlagStore } from '../../tables/feature-flags.ts';
import { createWalletStore } from '../../tables/ledger/wallets.ts';
import { createBudgetStore } from '../../tables/ledger/budgets.ts';
import { createLedgerStore } from '../../tables/ledger/ledger.ts';
import { createModelStore } from '../../tables/models.ts';
import { createPredictorArtifactStore } from '../../tables/predictor-artifacts/predictor-artifacts.ts';
import { createRateCardStore } from '../../tables/rate-cards.ts';
import { createConductStore } from '../../tables/ledger/conduct.ts';
import { silentAlerts } from './silent-alerts.ts';
import { silentTelemetry } from './telemetry.ts';

export const HOLD_MS = 900_000;
export const MODEL = 'anthropic.claude-haiku-4-5-20251001-v1:0';

/** All that reserving and settling need, on a real store; telemetry is kept to be looked at. */
export function reservingOn(db: DynamoDb, now: () => number = Date.now) {
  const ledger = createLedgerStore(db, { retentionDays: 400 });
  const telemetry = silentTelemetry();
  const wallets = createWalletStore(db, { retentionDays: 400 });
  const deps: ReserveDeps = {
    ledger,
    wallets,
    standings: createStandingsReader(createBudgetStore(db)),
    controls: createControlsReader(createControlStore(db), now),
    predictors: createPredictorState({ artifacts: createPredictorArtifactStore(db), now }),
    catalogs: createModelCatalog({ models: createModelStore(db), now }),
    flags: createFlags({ flags: createFeatureFlagStore(db), now }),
    telemetry,
    holdMs: HOLD_MS,
  };
  return {
    ...deps,
    telemetry,
    conduct: createConductStore(db),
    alerts: silentAlerts(),
    priceModel: createPriceModel(createRateCardStore(db)),
    budgets: createBudgetManager({
      budgets: createBudgetStore(db),
      wallets,
      audit: createAuditLog(db),
      telemetry,
    }),
  };
}
