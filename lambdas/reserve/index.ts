import { readEnvironment } from '../../aws/environment.ts';
import { createStandingsReader } from '../../services/budgets/budget-standings.ts';
import { createFlags } from '../../services/flags.ts';
import { createControlsReader } from '../../services/controls/controls-in-force.ts';
import { createModelCatalog } from '../../services/catalog/model-catalog.ts';
import { createPredictorState } from '../../services/prediction/predictor-state.ts';
import { createControlStore } from '../../tables/auto-control-config.ts';
import { createBudgetStore } from '../../tables/ledger/budgets.ts';
import { createWalletStore } from '../../tables/ledger/wallets.ts';
import { createLedgerStore } from '../../tables/ledger/ledger.ts';
import { createModelStore } from '../../tables/models.ts';
import { createPredictorArtifactStore } from '../../tables/predictor-artifacts/predictor-artifacts.ts';
import { createFeatureFlagStore } from '../../tables/feature-flags.ts';
import { openStore } from '../edge/open-store.ts';
import { edge } from '../edge/runtime.ts';
import { reserve as reserveFunction } from './function.ts';
import { createHandler } from './handler.ts';

const settings = readEnvironment(reserveFunction);
const db = openStore(settings.PURSER_TABLE_PREFIX);
const retention = { retentionDays: settings.PURSER_RETENTION_DAYS };

const { now, telemetry } = edge;
const onError = (error: unknown): void => telemetry.error('PREDICTOR_NOT_RENEWED', { error });
const onFlagsError = (error: unknown): void => telemetry.error('FLAGS_NOT_RENEWED', { error });

export const handler = createHandler({
  ...edge,
  ledger: createLedgerStore(db, retention),
  wallets: createWalletStore(db, retention),
  standings: createStandingsReader(createBudgetStore(db), now),
  controls: createControlsReader(createControlStore(db), now),
  predictors: createPredictorState({ artifacts: createPredictorArtifactStore(db), now, onError }),
  catalogs: createModelCatalog({ models: createModelStore(db), now, onError }),
  flags: createFlags({ flags: createFeatureFlagStore(db), now, onError: onFlagsError }),
  holdMs: settings.PURSER_RESERVATION_HOLD_SECONDS * 1_000,
});
