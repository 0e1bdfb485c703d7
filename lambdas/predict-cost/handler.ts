import { predictionRoutes as routes } from '../../contracts/predictions.ts';
import { type PredictCostDeps, predictCost } from '../../services/prediction/predict-cost.ts';
import { predictWorkflow } from '../../services/prediction/predict-workflow.ts';
import { createHttpHandler, type Edge, endpoint } from '../edge/http-handler.ts';

/** POST /v1/predictions: predicts the cost of an AI request or a workflow. */
export const createHandler = (deps: Edge & PredictCostDeps) =>
  createHttpHandler(deps, [
    endpoint(routes.createPrediction, async ({ body, call }) => {
      const prediction =
        body.kind === 'request'
          ? await predictCost(deps, call, body.request)
          : await predictWorkflow(deps, call, body.steps);
      return {
        status: 200,
        body: prediction,
        headers: { 'x-purser-cost-usd': prediction.expectedCostUsd },
      };
    }),
  ]);
