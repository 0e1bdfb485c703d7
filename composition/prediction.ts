import { createModelCatalog } from '../services/catalog/model-catalog.ts';
import { createModelNames } from '../services/catalog/model-names.ts';
import { createFlags } from '../services/flags.ts';
import { createLearning } from '../services/prediction/learn-from-postings.ts';
import { createPredictorState } from '../services/prediction/predictor-state.ts';
import type { DynamoDb } from '../tables/dynamodb.ts';
import { createFeatureFlagStore } from '../tables/feature-flags.ts';
import { createModelStore } from '../tables/models.ts';
import { createPredictorArtifactStore } from '../tables/predictor-artifacts/predictor-artifacts.ts';
import { createRateCardStore } from '../tables/rate-cards.ts';
import { changeServices } from './changes.ts';
import { analyticsStore, usageStore } from './usage-stores.ts';
import type { World } from './world.ts';

type Needs = Pick<World, 'now' | 'telemetry'>;

/** Predicts the cost of requests. */
export const predictionServices = (db: DynamoDb, world: Needs) => ({
  ...predictionState(db, world),
  rateCards: createRateCardStore(db),
});

/** The inputs of predictions, kept in memory and refreshed in the background. */
export const predictionState = (db: DynamoDb, world: Needs) => ({
  names: createModelNames(createRateCardStore(db), world.now),
  predictors: predictorsOf(db, world),
  catalogs: createModelCatalog({
    models: createModelStore(db),
    now: world.now,
    onError: reports(world, 'PREDICTOR_NOT_RENEWED'),
  }),
  flags: createFlags({
    flags: createFeatureFlagStore(db),
    now: world.now,
    onError: reports(world, 'FLAGS_NOT_RENEWED'),
  }),
});

/** Learns from served requests. */
export const learningFrom = (db: DynamoDb, world: Needs) =>
  createLearning({
    artifacts: createPredictorArtifactStore(db),
    predictors: predictorsOf(db, world),
    telemetry: world.telemetry,
  });

/** Refits predictors on settled requests. */
export const trainingServices = (
  db: DynamoDb,
  world: Pick<World, 'telemetry' | 'entryShards'>,
) => ({
  usage: usageStore(db, world),
  analytics: analyticsStore(db, world),
  artifacts: createPredictorArtifactStore(db),
  audit: changeServices(db, world).audit,
});

const predictorsOf = (db: DynamoDb, world: Needs) =>
  createPredictorState({
    artifacts: createPredictorArtifactStore(db),
    now: world.now,
    onError: reports(world, 'PREDICTOR_NOT_RENEWED'),
  });

const reports =
  ({ telemetry }: Needs, code: string) =>
  (error: unknown): void =>
    telemetry.error(code, { error });
