import { randomUUID } from 'node:crypto';
import { readEnvironment } from '../../aws/environment.ts';
import { createFlags } from '../../services/flags.ts';
import { createModelCatalog } from '../../services/catalog/model-catalog.ts';
import { createPredictorState } from '../../services/prediction/predictor-state.ts';
import { createModelStore } from '../../tables/models.ts';
import { createPredictorArtifactStore } from '../../tables/predictor-artifacts/predictor-artifacts.ts';
import { createRateCardStore } from '../../tables/rate-cards.ts';
import { createFeatureFlagStore } from '../../tables/feature-flags.ts';
import { openStore } from '../edge/open-store.ts';
import { edge } from '../edge/runtime.ts';
import { predictCost as predictCostFunction } from './function.ts';
import { createHandler } from './handler.ts';

const { PURSER_TABLE_PREFIX } = readEnvironment(predictCostFunction);
const db = openStore(PURSER_TABLE_PREFIX);
const { now, telemetry } = edge;
const onError = (error: unknown): void => telemetry.error('PREDICTOR_NOT_RENEWED', { error });
const onFlagsError = (error: unknown): void => telemetry.error('FLAGS_NOT_RENEWED', { error });

export const handler = createHandler({
  ...edge,
  rateCards: createRateCardStore(db),
  catalogs: createModelCatalog({ models: createModelStore(db), now, onError }),
  flags: createFlags({ flags: createFeatureFlagStore(db), now, onError: onFlagsError }),
  predictors: createPredictorState({ artifacts: createPredictorArtifactStore(db), now, onError }),
  newId: randomUUID,
});
