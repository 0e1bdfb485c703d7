import { type TrainDeps, trainPredictors } from '../../services/prediction/train-predictor.ts';

/** Scheduled every night: refits the predictor of every active organization. */
export const createHandler = (deps: TrainDeps & { now: () => number }) => async () => ({
  trainings: await trainPredictors(deps, deps.now()),
});
