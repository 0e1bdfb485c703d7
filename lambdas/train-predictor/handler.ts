import { type TrainDeps, trainPredictors } from '../../services/prediction/train-predictor.ts';

/** Refits the predictor of every active organization, every night. */
export const createHandler = (deps: TrainDeps & { now: () => number }) => async () => ({
  trainings: await trainPredictors(deps, deps.now()),
});
